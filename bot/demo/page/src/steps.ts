// The tour's six steps. Each looks at how things stand, and offers what can be done now: nothing that
// was broken, paused or turned into somebody else on the way leaves it without a way on.

import { pressable } from "./reading";
import type { State } from "./types";

export interface Doing {
  state: State;
  as: string;
  channel: (name: string) => string;
  go: (channel: string) => void;
  type: (words: string) => void;
  act: (path: string, body?: object) => Promise<unknown>;
  spot: (selector: string) => void;
  become: (id: string) => void;
}

export interface Deed {
  words: string;
  run: () => unknown;
}

export interface Step {
  title: string;
  words: string;
  deeds: (doing: Doing) => Deed[];
  /** What is in the way, and what to do about it. */
  hurdle?: (doing: Doing) => { words: string; deeds: Deed[] } | null;
}

function typed(doing: Doing, channel: string, words: string): Deed {
  return {
    words: `Type ${words}`,
    run: () => {
      doing.go(doing.channel(channel));
      doing.type(words);
      doing.spot(".composer-box");
    },
  };
}

function shown(doing: Doing, { channel, words, selector }: { channel: string; words: string; selector: string }): Deed {
  return { words, run: () => (doing.go(doing.channel(channel)), doing.spot(selector)) };
}

const monday = (doing: Doing): Deed => ({
  words: "Next Monday 06:00",
  run: () => doing.act("clock", { to: doing.state.next }),
});

/** Whether a button of this kind stands in a channel. */
function stands(doing: Doing, channel: string, action: string): boolean {
  const found = doing.state.channels.find((one) => one.id === doing.channel(channel));
  return (found?.messages ?? []).some((message) => pressable(message.blocks ?? [], action));
}

/** The home tab, read again with each step, has Resume where a client is paused. */
const paused = (doing: Doing, client: string) => pressable(doing.state.home?.blocks ?? [], "menu_resume", client);

const unpause = (client: string, name: string) => (doing: Doing) =>
  paused(doing, client)
    ? { words: `${name} is paused.`, deeds: [typed(doing, client, `/report resume ${client}`)] }
    : null;

const noPost = (doing: Doing) =>
  stands(doing, "acme", "post_why")
    ? null
    : (unpause("acme", "Acme")(doing) ?? {
        words: "There is no report of Acme's yet. Let Monday come, or ask for one.",
        deeds: [monday(doing), typed(doing, "acme", "/report rerun acme")],
      });

/** What stops every step. */
export function stopped(doing: Doing): { words: string; deeds: Deed[] } | null {
  const { state, as } = doing;
  const operator = Object.entries(state.roles).find(([, role]) => role === "operator")?.[0] ?? as;
  if (!state.bot.running) {
    return { words: "The bot is stopped.", deeds: [{ words: "Start it", run: () => doing.act("bot", { do: "restart" }) }] };
  }
  if (state.roles[as] !== "operator") {
    const name = state.people.find((one) => one.id === operator)?.real_name.split(" ")[0] ?? "an operator";
    return { words: "This needs an operator.", deeds: [{ words: `Act as ${name}`, run: () => doing.become(operator) }] };
  }
  if (state.broken.includes("ratelimit")) {
    return { words: "Slack's rate limit is on: posts wait.", deeds: [{ words: "Lift it", run: () => doing.act("mend", { what: "ratelimit" }) }] };
  }
  return null;
}

/** One thing at a time: expire, ask, grant, retry. */
function failing(doing: Doing): Deed[] {
  const card = stands(doing, "xyz", "incident_retry");
  if (doing.state.broken.includes("credential")) {
    return [card ? { words: "Grant it again", run: () => doing.act("mend", { what: "credential" }) } : typed(doing, "xyz", "/report rerun xyz")];
  }
  return [
    card
      ? shown(doing, { channel: "xyz", words: "Show Retry", selector: '[data-action="incident_retry"]' })
      : { words: "Expire it", run: () => doing.act("break", { what: "credential" }) },
  ];
}

export const STEPS: Step[] = [
  {
    title: "A report",
    words: "On Monday at 06:00 each client's report arrives in that client's own channel. Code computes the figures; AI, or without a key a template, writes the sentences and types no digit.",
    deeds: (doing) =>
      stands(doing, "acme", "post_why")
        ? [shown(doing, { channel: "acme", words: "Show Acme's report", selector: ".message:has(table)" })]
        : [],
    hurdle: noPost,
  },
  {
    title: "Why a number",
    words: "Each post says where its figures come from: what changed by how much, from which source, up to when. Press “Why these numbers?” below it.",
    deeds: (doing) =>
      stands(doing, "acme", "post_why")
        ? [shown(doing, { channel: "acme", words: "Find the button", selector: '[data-action="post_why"]' })]
        : [],
    hurdle: noPost,
  },
  {
    title: "A failure, and its Retry",
    words: "Expire XYZ's credential and ask for its report: one card says what is wrong, what to do and what the client has seen. Grant it again, press Retry, and the card turns green.",
    deeds: failing,
    hurdle: unpause("xyz", "XYZ"),
  },
  {
    title: "A rerun",
    words: "Ask for a report again at any time. Equal figures: only you are told so. Different ones: you decide whether the post is replaced.",
    deeds: (doing) => (paused(doing, "acme") ? [] : [typed(doing, "acme", "/report rerun acme")]),
    hurdle: unpause("acme", "Acme"),
  },
  {
    title: "A pause",
    words: "The shop is closed for a week? Pause the client until a date. Nothing runs, nothing is posted, nothing is caught up.",
    deeds: (doing) => [
      paused(doing, "pvcp") ? typed(doing, "pvcp", "/report resume pvcp") : typed(doing, "pvcp", "/report pause pvcp"),
    ],
  },
  {
    title: "The month's cost",
    words: "What the month has cost by client, what is still to come, who pays. Only operators see it, and only in their own channel.",
    deeds: (doing) => [typed(doing, "report-ops", "/report cost")],
  },
];
