// Six steps for a newcomer. Each leads to its place and can do the thing; all of it can be skipped.

import { useEffect, useState } from "react";
import { useDesk } from "./desk";

const KEY = "reportops.tour";
const SPOT_MS = 4000;

interface Doing {
  channel: (name: string) => string;
  go: (channel: string) => void;
  type: (words: string) => void;
  act: (path: string, body?: object) => Promise<unknown>;
  spot: (selector: string) => void;
}

interface Step {
  title: string;
  words: string;
  acts: { words: string; run: (doing: Doing) => unknown }[];
}

const typed = (channel: string, words: string) => ({
  words: `Type ${words}`,
  run: ({ channel: id, go, type, spot }: Doing) => {
    go(id(channel));
    type(words);
    spot(".composer-box");
  },
});

const STEPS: Step[] = [
  {
    title: "A report",
    words: "On Monday at 06:00 each client's report arrives in that client's own channel. Code computes the figures; AI writes the sentences and types no digit.",
    acts: [
      { words: "Show Acme's report", run: ({ channel, go, spot }) => (go(channel("acme")), spot(".message:has(table)")) },
    ],
  },
  {
    title: "Why a number",
    words: "Each post says where its figures come from: what changed by how much, from which source, up to when.",
    acts: [
      { words: "Find the button", run: ({ channel, go, spot }) => (go(channel("acme")), spot('[data-action="post_why"]')) },
    ],
  },
  {
    title: "A failure, and its Retry",
    words: "Expire XYZ's credential and ask for its report: one card says what is wrong, what to do and what the client has seen. Grant it again, press Retry, and the card turns green.",
    acts: [
      { words: "Expire it", run: ({ act }) => act("break", { what: "credential" }) },
      typed("xyz", "/report rerun xyz"),
      { words: "Grant it again", run: ({ act, spot }) => (void act("mend", { what: "credential" }), spot('[data-action="incident_retry"]')) },
    ],
  },
  {
    title: "A rerun",
    words: "Ask for a report again at any time. Equal figures: only you are told so. Different ones: you decide whether the post is replaced.",
    acts: [typed("acme", "/report rerun acme")],
  },
  {
    title: "A pause",
    words: "The shop is closed for a week? Pause the client until a date. Nothing runs, nothing is posted, nothing is caught up.",
    acts: [typed("pvcp", "/report pause pvcp"), typed("pvcp", "/report resume pvcp")],
  },
  {
    title: "The month's cost",
    words: "What the month has cost by client, what is still to come, who pays. Only operators see it, and only in their own channel.",
    acts: [typed("report-ops", "/report cost")],
  },
];

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
}

export function Tour({ step, turn, end, type }: Props) {
  const { act, go, state } = useDesk();
  const here = STEPS[step];
  if (!here) return null;
  const doing: Doing = {
    act,
    go,
    type,
    spot: (selector) => window.setTimeout(() => light(selector), 150),
    channel: (name) => state.channels.find((one) => one.name === name)?.id ?? "",
  };
  return (
    <section className="tour" aria-label="Guided tour">
      <div className="tour-words" aria-live="polite">
        <h2>
          <span className="tour-count">
            {step + 1} of {STEPS.length}
          </span>
          {here.title}
        </h2>
        <p>{here.words}</p>
      </div>
      <div className="tour-acts">
        {here.acts.map((one) => (
          <button key={one.words} type="button" className="button small" onClick={() => void one.run(doing)}>
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
  found.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  found.classList.add("spot");
  window.setTimeout(() => found.classList.remove("spot"), SPOT_MS);
}
