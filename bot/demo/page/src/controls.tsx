// What Slack does not have: who one is, the clock, and things to break and mend.

import { useEffect, useRef, useState } from "react";
import { useDesk } from "./desk";
import { clockTime, shortDay } from "./moments";
import { pressable } from "./reading";
import { SHORT } from "./sidebar";

interface Props {
  ahead: number;
  onBecome: (id: string) => void;
  onTheme: () => void;
  onTour: () => void;
}

export function Controls({ ahead, onBecome, onTheme, onTour }: Props) {
  const { state, theme } = useDesk();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      opener.current?.focus();
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("keydown", escape);
    };
  }, [open]);
  const count = state.broken.length + (state.bot.running ? 0 : 1);
  return (
    <header
      className="controls"
      ref={box}
      aria-label="Demo controls"
    >
      <span className="brand">
        reportops <span>demo</span>
      </span>
      <Clock ahead={ahead} />
      <span className="wide">
        <Jumps />
      </span>
      <BotState />
      <span className="push" />
      <button
        ref={opener}
        type="button"
        className="control"
        aria-expanded={open}
        aria-controls="stage"
        data-tour="break"
        onClick={() => setOpen(!open)}
      >
        <span>Break &amp; mend</span>
        {count > 0 && <span className="badge">{count}</span>}
      </button>
      <Person onBecome={onBecome} />
      <button type="button" className="control wide" onClick={onTour}>
        Tour
      </button>
      <button
        type="button"
        className="control round"
        aria-label={theme === "dark" ? "Light theme" : "Dark theme"}
        title={theme === "dark" ? "Light theme" : "Dark theme"}
        onClick={onTheme}
      >
        {theme === "dark" ? "☀︎" : "☾"}
      </button>
      {open && (
        <section className="stage" id="stage" aria-label="Break and mend">
          <div className="narrow-only">
            <Jumps />
            <button
              type="button"
              className="button small"
              onClick={() => {
                setOpen(false);
                onTour();
              }}
            >
              Take the tour
            </button>
          </div>
          <Faults />
        </section>
      )}
    </header>
  );
}

function Clock({ ahead }: { ahead: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  const at = new Date(now + ahead);
  return (
    <span className="clock" title="The workspace's clock. It can be moved on.">
      <span className="clock-day">{shortDay(at)}</span>
      <time dateTime={at.toISOString()}>{clockTime(at)}</time>
    </span>
  );
}

function Jumps() {
  const { act, state } = useDesk();
  const [busy, setBusy] = useState("");
  const jump = async (name: string, body: object) => {
    if (busy) return;
    setBusy(name);
    await act("clock", body);
    setBusy("");
  };
  return (
    <span className="jumps" role="group" aria-label="Move the clock">
      <button type="button" className="control" aria-busy={busy === "hour"} aria-disabled={busy !== ""} onClick={() => void jump("hour", { by: 3600 })}>
        +1 hour
      </button>
      <button
        type="button"
        className="control"
        aria-busy={busy === "monday"}
        aria-disabled={busy !== ""}
        title={`Move the clock to ${shortDay(new Date(state.next))}, ${clockTime(new Date(state.next))}`}
        onClick={() => void jump("monday", { to: state.next })}
      >
        Next Monday 06:00
      </button>
    </span>
  );
}

function BotState() {
  const { state } = useDesk();
  const { running, sockets } = state.bot;
  const [look, words] = !running ? ["off", "Bot stopped"] : sockets > 0 ? ["on", "Bot connected"] : ["wait", "Bot reconnecting"];
  return (
    <span className={`bot-state ${look}`} role="status">
      <span className="dot" aria-hidden="true" />
      <span className="wide-word">{words}</span>
    </span>
  );
}

function Person({ onBecome }: { onBecome: (id: string) => void }) {
  const { as, person, state } = useDesk();
  return (
    <label className="acting">
      <span className="wide-word">Acting as</span>
      <select value={as} aria-label="Acting as" onChange={(event) => onBecome(event.target.value)}>
        {Object.entries(state.roles).map(([id, role]) => (
          <option key={id} value={id}>
            {person(id)?.real_name.split(" ")[0] ?? id} · {SHORT[role]}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Trouble {
  what: string;
  name: string;
  note: string;
  /** What to look at, or to do, while it stands. */
  then: string;
  verb: string;
  back: string;
}

const BREAKS: Trouble[] = [
  {
    what: "credential",
    name: "XYZ's credential",
    note: "Google takes the grant back. XYZ's next run fails at once with a card: retrying cannot help.",
    then: "Run XYZ: its card comes within seconds. Grant it again, then press Retry on the card.",
    verb: "Expire",
    back: "Grant again",
  },
  {
    what: "warehouse",
    name: "The warehouse",
    note: "BigQuery is down: XYZ's run fails after half a minute, and is tried again by itself. A card comes only with the second failure.",
    then: "Run XYZ: the first failure is silent. Half a minute later go one hour on: the second makes a card. Mend it and go one hour on: the card turns green.",
    verb: "Cut",
    back: "Mend",
  },
  {
    what: "ratelimit",
    name: "Slack's rate limit",
    note: "Posts are answered with “wait 5 s”. Answers that only you see still come.",
    then: "Ask for a report: it is made, and its post waits. Lifted, it arrives within seconds, once.",
    verb: "Limit",
    back: "Lift",
  },
];
/** What can be seen with XYZ's report. */
const RUNS_XYZ = new Set(["credential", "warehouse"]);

function Faults() {
  const { act, go, state } = useDesk();
  const [busy, setBusy] = useState("");
  const place = state.channels.find((one) => one.name === "xyz");
  const xyz = place?.id ?? "";
  const card = place?.messages.findLast((one) => pressable(one.blocks ?? [], "incident_details"));
  const run = async (name: string, path: string, body: object) => {
    if (busy) return;
    setBusy(name);
    if (path === "command") go(xyz);
    await act(path, body);
    setBusy("");
  };
  const button = (name: string, words: string, path: string, body: object, danger = false) => (
    <button
      type="button"
      className={`button small${danger ? " danger" : ""}`}
      aria-busy={busy === name}
      aria-disabled={busy !== ""}
      onClick={() => void run(name, path, body)}
    >
      {words}
    </button>
  );
  const { running } = state.bot;
  return (
    <>
      <h2>Break &amp; mend</h2>
      <p className="quiet">See what the bot does about it: alerts, waiting, catching up, recovery.</p>
      <ul className="faults">
        {BREAKS.map(({ what, name, note, then, verb, back }) => {
          const broken = state.broken.includes(what);
          return (
            <li key={what} className={broken ? "broken" : ""}>
              <span>
                <strong>
                  {name}
                  {broken && <span className="broken-now"> · broken now</span>}
                </strong>
                <span className="quiet">{broken ? then : note}</span>
                {broken && RUNS_XYZ.has(what) && (
                  <span className="pair">
                    {button(`run ${what}`, "Run XYZ", "command", { channel: xyz, text: "/report rerun xyz" })}
                    {what === "warehouse" && button("hour", "One hour on", "clock", { by: 3600 })}
                    {card && (
                      <button type="button" className="button small" onClick={() => go(xyz, card.ts)}>
                        Show the card
                      </button>
                    )}
                  </span>
                )}
              </span>
              {button(what, broken ? back : verb, broken ? "mend" : "break", { what }, !broken)}
            </li>
          );
        })}
        <li>
          <span>
            <strong>The socket</strong>
            <span className="quiet">Slack drops the connection once: the light above turns amber, and green again within seconds. Nothing is lost.</span>
          </span>
          {button("socket", "Drop", "break", { what: "socket" }, true)}
        </li>
        <li className={running ? "" : "broken"}>
          <span>
            <strong>The bot</strong>
            <span className="quiet">
              {running
                ? "SIGKILL, in the middle of whatever it does. Commands fail until it is started again."
                : "It is not running. Started again it takes up what it was doing; nothing is posted twice."}
            </span>
          </span>
          <span className="pair">
            {running && button("kill", "Kill", "bot", { do: "kill" }, true)}
            {button("restart", running ? "Restart" : "Start", "bot", { do: "restart" })}
          </span>
        </li>
      </ul>
    </>
  );
}
