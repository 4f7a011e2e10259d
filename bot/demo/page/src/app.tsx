// The page: who one is and where one looks; everything else hangs below.

import { useCallback, useEffect, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { Channel } from "./channel";
import { Controls } from "./controls";
import { DeskContext, type Desk } from "./desk";
import { Modals } from "./modal";
import { setZone } from "./moments";
import { direct, inChannel, useMarks, visible } from "./reading";
import { Sidebar } from "./sidebar";
import { Thread } from "./thread";
import { Tour, useTour } from "./tour";
import { useWorkspace } from "./workspace";

const TOAST_MS = 7000;

function useKept(key: string, fallback: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => sessionStorage.getItem(key) ?? fallback);
  useEffect(() => sessionStorage.setItem(key, value), [key, value]);
  return [value, setValue];
}

function useTheme(): ["light" | "dark", () => void] {
  const kept = localStorage.getItem("reportops.theme");
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const [theme, setTheme] = useState<"light" | "dark">(kept === "dark" || kept === "light" ? kept : system);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const turn = () => {
    const next = theme === "dark" ? "light" : "dark";
    localStorage.setItem("reportops.theme", next);
    setTheme(next);
  };
  return [theme, turn];
}

function useToast(): [string, (words: string) => void] {
  const [toast, setToast] = useState("");
  useEffect(() => {
    if (!toast) return;
    const timer = window.setTimeout(() => setToast(""), TOAST_MS);
    return () => window.clearTimeout(timer);
  }, [toast]);
  return [toast, setToast];
}

/** Reports the newest message of the open channel as read. */
function useReading(desk: Desk | null, current: string, shown: boolean) {
  const { read, mark } = useMarks();
  const [since, setSince] = useState({ key: "", ts: "" });
  const key = `${desk?.as} ${current}`;
  const channel = desk && [...visible(desk.state, desk.as), direct(desk.state, desk.as)].find((one) => one.id === current);
  const last = desk && channel ? (inChannel(desk.state, channel).at(-1)?.ts ?? "") : "";
  if (desk && since.key !== key) setSince({ key, ts: read(desk.as, current) });
  useEffect(() => {
    if (desk && shown && last && document.visibilityState === "visible") mark(desk.as, current, last);
  }, [desk, shown, last, current, mark]);
  return { read, since: since.ts, channel };
}

type Pane = "list" | "channel" | "thread";

export function App() {
  const [as, setAs] = useKept("reportops.as", "U0CLAIRE");
  const [current, setCurrent] = useKept("reportops.channel", "C0ACMEREPORT");
  const [thread, setThread] = useState("");
  const [pane, setPane] = useState<Pane>("channel");
  const [typed, setTyped] = useState<{ seq: number; words: string }>({ seq: 0, words: "" });
  const [theme, turnTheme] = useTheme();
  const [toast, complain] = useToast();
  const { state, live, ahead, act } = useWorkspace(as, complain);
  const tour = useTour();

  const go = useCallback(
    (channel: string, ts?: string) => {
      if (!channel) return;
      setCurrent(channel);
      setThread("");
      setTyped({ seq: 0, words: "" });
      setPane("channel");
      if (ts) window.setTimeout(() => point(ts), 200);
    },
    [setCurrent],
  );
  const openThread = useCallback(
    (channel: string, ts: string) => {
      setCurrent(channel);
      setThread(ts);
      setPane("thread");
    },
    [setCurrent],
  );
  const desk = useMemo<Desk | null>(() => {
    if (!state) return null;
    setZone(state.zone);
    const person = (id: string) => state.people.find((one) => one.id === id);
    return { as, state, theme, act, complain, person, openThread, go };
  }, [as, state, theme, act, complain, openThread, go]);
  const { read, since, channel } = useReading(desk, current, pane !== "list" || innerWidth > 760);
  if (!desk || !state) return <Waiting live={live} />;

  const become = (id: string) => {
    setThread("");
    setTyped({ seq: 0, words: "" });
    setAs(id);
  };
  const open = channel ?? visible(state, as)[0];
  const first = state.views[0];
  return (
    <DeskContext value={desk}>
      <div className="page" data-pane={thread && pane === "thread" ? "thread" : pane === "list" ? "list" : "channel"}>
        <Controls ahead={ahead} onBecome={become} onTheme={turnTheme} onTour={tour.start} />
        {live === "lost" && (
          <p className="lost" role="alert">
            The demo does not answer; trying again. Is it still running in the terminal?
          </p>
        )}
        {tour.step >= 0 && (
          <Tour
            step={tour.step}
            turn={tour.turn}
            end={tour.end}
            become={become}
            type={(words) => setTyped((before) => ({ seq: before.seq + 1, words }))}
          />
        )}
        <div className={thread ? "panes with-thread" : "panes"}>
          <Sidebar current={open?.id ?? ""} read={read} onOpen={go} />
          {open ? (
            <Channel
              key={`${as} ${open.id}`}
              channel={open}
              since={since}
              typed={typed.words ? typed : undefined}
              onBack={() => setPane("list")}
            />
          ) : (
            <main className="pane channel">
              <p className="empty">
                <strong>No channel yet.</strong> Somebody has to let this person in; the list on the left can do it.
              </p>
            </main>
          )}
          {thread && open && (
            <Thread
              channel={open}
              ts={thread}
              onClose={() => {
                setThread("");
                setPane("channel");
              }}
            />
          )}
        </div>
        {first && <Modals key={first.id} views={state.views} />}
        <Toast words={toast} over={state.views.length} onDismiss={() => complain("")} />
      </div>
    </DeskContext>
  );
}

/** Said where it is seen: a dialog covers everything that is not inside it. */
function Toast({ words, over, onDismiss }: { words: string; over: number; onDismiss: () => void }) {
  const [place, setPlace] = useState<Element>(document.body);
  useEffect(() => setPlace([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body), [words, over]);
  return createPortal(
    <div className="toasts" role="alert">
      {words && (
        <p className="toast">
          {words}
          <button type="button" className="icon" aria-label="Dismiss" onClick={onDismiss}>
            ✕
          </button>
        </p>
      )}
    </div>,
    place,
  );
}

function Waiting({ live }: { live: string }) {
  const words: Record<string, [string, string]> = {
    starting: ["One moment", "The workspace is being read."],
    lost: ["The demo does not answer", "Is it still running in the terminal? This page tries again by itself."],
    forbidden: ["This page needs its token", "Open the whole address that the terminal printed, up to its last character."],
  };
  const [title, note] = words[live] ?? ["One moment", ""];
  return (
    <main className="waiting" role="status">
      <h1>{title}</h1>
      <p>{note}</p>
    </main>
  );
}

function point(ts: string): void {
  const found = document.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  found?.scrollIntoView({ block: "center" });
  found?.classList.add("spot");
  window.setTimeout(() => found?.classList.remove("spot"), 3000);
}
