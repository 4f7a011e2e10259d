// The channel one looks at, or the app itself: its home tab and its direct messages.

import { useEffect, useState } from "react";
import { Blocks } from "./blocks";
import { Composer } from "./composer";
import { useDesk } from "./desk";
import { FormContext } from "./fields";
import { Log } from "./log";
import { inChannel } from "./reading";
import type { Channel as Place, View } from "./types";

interface Props {
  channel: Place;
  since: string;
  typed?: { seq: number; words: string };
  onBack: () => void;
}

export function Channel({ channel, since, typed, onBack }: Props) {
  const { act, as, state } = useDesk();
  const app = channel.is_im ?? false;
  const [tab, setTab] = useState<"home" | "messages">(() => (news(channel, since) ? "messages" : "home"));
  const [sent, setSent] = useState(0);
  useEffect(() => {
    if (app) void act("home");
  }, [app, act]);
  const name = app ? "reportops" : `#${channel.name}`;
  const home = app && tab === "home" ? state.home : null;
  return (
    <main className="pane channel" aria-label={name}>
      <header className="pane-head">
        <button type="button" className="icon back" aria-label="Back to the channel list" onClick={onBack}>
          ←
        </button>
        <div className="pane-title">
          <h1>
            {app ? "reportops" : <Mark channel={channel} />}
            {!app && channel.name}
            {app && <span className="tag">App</span>}
          </h1>
          <p className="quiet">{app ? "Your direct messages with the app" : about(channel)}</p>
        </div>
        {app && state.home && (
          <div className="tabs" role="tablist" aria-label="reportops">
            {(["home", "messages"] as const).map((one) => (
              <button key={one} type="button" role="tab" aria-selected={tab === one} onClick={() => setTab(one)}>
                {one === "home" ? "Home" : "Messages"}
              </button>
            ))}
          </div>
        )}
      </header>
      {home ? (
        <Home view={home} />
      ) : (
        <>
          <Log
            key={channel.id + as}
            messages={inChannel(state, channel)}
            channel={channel.id}
            label={`Messages in ${name}`}
            since={since}
            sent={sent}
          >
            <Beginning channel={channel} />
          </Log>
          {channel.members.includes(as) && !channel.is_archived ? (
            <Composer channel={channel.id} name={name} typed={typed} onSent={() => setSent(sent + 1)} key={channel.id} />
          ) : (
            <p className="no-composer">
              {channel.is_archived ? `${name} is archived.` : `You are reading ${name}; its members can write here.`}
            </p>
          )}
        </>
      )}
    </main>
  );
}

/** Whether the app has said something that was not read: then its words come before its home tab. */
function news(channel: Place, since: string): boolean {
  return channel.messages.some((one) => one.ts > since);
}

export function Mark({ channel }: { channel: Place }) {
  return (
    <span className="mark" aria-hidden="true">
      {channel.is_private ? <Lock /> : "#"}
    </span>
  );
}

function Lock() {
  return (
    <svg viewBox="0 0 16 16" width="0.82em" height="0.82em" fill="none" stroke="currentColor" strokeWidth="1.8">
      <rect x="2.8" y="7" width="10.4" height="7.2" rx="1.6" />
      <path d="M5 7V4.8a3 3 0 0 1 6 0V7" />
    </svg>
  );
}

function about(channel: Place): string {
  const count = channel.members.length;
  const parts = [`${count} ${count === 1 ? "member" : "members"}`];
  if (channel.is_private) parts.unshift("Private");
  if (channel.is_ext_shared) parts.push("shared with another workspace");
  if (channel.topic?.value) parts.push(channel.topic.value);
  return parts.join(" · ");
}

function Beginning({ channel }: { channel: Place }) {
  return (
    <div className="beginning">
      {channel.is_im ? (
        <p>
          This is between you and <strong>reportops</strong>. What it tells only you, such as a CSV, arrives here.
        </p>
      ) : (
        <>
          <h2>
            <Mark channel={channel} />
            {channel.name}
          </h2>
          <p>
            {channel.is_private
              ? "Where the operators are told what fails, and decide. Nobody else reads here."
              : "One client's channel: its reports are posted here, and nothing of any other client."}
          </p>
        </>
      )}
    </div>
  );
}

function Home({ view }: { view: View }) {
  return (
    <div className="log home" role="tabpanel" tabIndex={0} aria-label="Home">
      <div className="log-inside">
        <FormContext value={{ values: {}, errors: {}, set: () => undefined }}>
          <Blocks blocks={view.blocks} where={view.id} />
        </FormContext>
      </div>
    </div>
  );
}
