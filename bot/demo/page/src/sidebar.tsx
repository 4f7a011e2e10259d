// The channels, and the app.

import { Avatar } from "./avatar";
import { Mark } from "./channel";
import { useDesk } from "./desk";
import { direct, unread, visible } from "./reading";
import type { Channel, Role } from "./types";

interface Props {
  current: string;
  read: (as: string, channel: string) => string;
  onOpen: (channel: string) => void;
}

export const ROLES: Record<Role, string> = {
  operator: "operator",
  colleague: "colleague, no operator",
  guest: "a client's guest",
  outside: "another workspace",
};

export const SHORT: Record<Role, string> = {
  operator: "operator",
  colleague: "colleague",
  guest: "guest",
  outside: "outside",
};

export function Sidebar({ current, read, onOpen }: Props) {
  const { act, as, person, state } = useDesk();
  const channels = visible(state, as);
  const app = direct(state, as);
  const role = state.roles[as] ?? "colleague";
  const row = (channel: Channel) => {
    const count = unread(state, channel, { as, since: read(as, channel.id) });
    const here = channel.id === current;
    return (
      <li key={channel.id}>
        <button
          type="button"
          className={`row${here ? " here" : ""}${count > 0 && !here ? " unread" : ""}`}
          aria-current={here ? "page" : undefined}
          onClick={() => onOpen(channel.id)}
        >
          {channel.is_im ? <Avatar id={state.team.bot_user} name="reportops" bot small /> : <Mark channel={channel} />}
          <span className="row-name">{channel.is_im ? "reportops" : channel.name}</span>
          {count > 0 && !here && (
            <span className="badge">
              {count}
              <span className="hidden"> unread</span>
            </span>
          )}
        </button>
      </li>
    );
  };
  return (
    <nav className="pane sidebar" aria-label="Channels">
      <header className="team">
        <span className="team-name">{state.team.name}</span>
        <span className="team-you">
          {person(as)?.real_name} · {ROLES[role]}
        </span>
      </header>
      <div className="rows">
        <h2>Channels</h2>
        <ul>{channels.map(row)}</ul>
        {(role === "guest" || role === "outside") && (
          <div className="invite">
            <p>{channels.length === 0 ? `${person(as)?.real_name} is in no channel yet.` : "Let them in elsewhere:"}</p>
            {state.invitable.map((one) => (
              <button key={one.id} type="button" onClick={() => void act("invite", { user: as, channel: one.id })}>
                Let into #{one.name}
              </button>
            ))}
          </div>
        )}
        {role !== "outside" && (
          <>
            <h2>Apps</h2>
            <ul>{row(app)}</ul>
          </>
        )}
      </div>
    </nav>
  );
}
