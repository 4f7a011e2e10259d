// A guide for a newcomer, a line above the workspace; all of it can be skipped.

import { useEffect, useState } from "react";
import { useDesk } from "./desk";
import { STEPS, stopped, type Deed, type Doing } from "./steps";

const KEY = "reportops.tour";
const SPOT_MS = 4000;

interface Memory {
  step: number;
  done: boolean;
}

function remembered(): Memory {
  try {
    return { step: 0, done: false, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Memory>) };
  } catch {
    return { step: 0, done: false };
  }
}

export function useTour() {
  const [memory, setMemory] = useState<Memory>(remembered);
  useEffect(() => localStorage.setItem(KEY, JSON.stringify(memory)), [memory]);
  return {
    step: memory.done ? -1 : memory.step,
    turn: (step: number) => setMemory({ step, done: step >= STEPS.length }),
    end: () => setMemory({ step: 0, done: true }),
    start: () => setMemory({ step: 0, done: false }),
  };
}

interface Props {
  step: number;
  turn: (step: number) => void;
  end: () => void;
  type: (words: string) => void;
  become: (id: string) => void;
}

export function Tour({ step, turn, end, type, become }: Props) {
  const { act, as, go, state } = useDesk();
  const here = STEPS[step];
  const { running } = state.bot;
  const answers = state.ephemerals.length;
  useEffect(() => {
    // What the app says of each client stands on its home tab; an answer may have changed it.
    if (running) void act("home");
  }, [step, running, answers, act]);
  if (!here) return null;
  const doing: Doing = {
    act,
    as,
    become,
    go,
    state,
    type,
    spot: (selector) => window.setTimeout(() => light(selector), 150),
    channel: (name) => state.channels.find((one) => one.name === name)?.id ?? "",
  };
  const hurdle = stopped(doing) ?? here.hurdle?.(doing) ?? null;
  const deeds = hurdle?.deeds ?? here.deeds(doing);
  return (
    <section className="tour" aria-label="Guided tour">
      <div className="tour-words" aria-live="polite">
        <h2>
          <span className="tour-count">
            {step + 1} of {STEPS.length}
          </span>
          {here.title}
        </h2>
        <p>
          {here.words}
          {hurdle && <strong className="tour-hurdle"> {hurdle.words}</strong>}
        </p>
      </div>
      <div className="tour-acts">
        {deeds.map((one: Deed) => (
          <button key={one.words} type="button" className="button small" onClick={() => void one.run()}>
            {one.words}
          </button>
        ))}
      </div>
      <footer>
        <button type="button" className="link" onClick={end}>
          Skip the tour
        </button>
        {step > 0 && (
          <button type="button" className="button small" onClick={() => turn(step - 1)}>
            Back
          </button>
        )}
        <button type="button" className="button small primary" onClick={() => turn(step + 1)}>
          {step + 1 === STEPS.length ? "Done" : "Next"}
        </button>
      </footer>
    </section>
  );
}

/** Point at the newest thing that matches. */
function light(selector: string): void {
  const found = [...document.querySelectorAll<HTMLElement>(selector)].at(-1);
  if (!found) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // What is taller than its log is read from its beginning.
  const tall = found.offsetHeight > (found.closest(".log")?.clientHeight ?? Infinity) - 80;
  found.scrollIntoView({ block: tall ? "start" : "center", behavior: still ? "auto" : "smooth" });
  found.classList.add("spot");
  window.setTimeout(() => found.classList.remove("spot"), SPOT_MS);
}
