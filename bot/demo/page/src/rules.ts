// What an input refuses before anything is sent, in words for a person.

import type { Block, Element, Value } from "./types";

const REQUIRED = "Fill this in to go on.";

/** What an input holds before anybody touches it. */
export function initial(element: Element): Value | null {
  const several = element.initial_users ?? element.initial_channels ?? element.initial_conversations;
  const asked = element.type.endsWith("external_select");
  if (element.initial_options) {
    return asked ? element.initial_options : element.initial_options.map((option) => option.value);
  }
  if (element.initial_option) return asked ? element.initial_option : element.initial_option.value;
  return (
    element.initial_value ??
    element.initial_date ??
    element.initial_time ??
    element.initial_date_time ??
    element.initial_user ??
    element.initial_channel ??
    element.initial_conversation ??
    several ??
    null
  );
}

export const blank = (value: Value | null) =>
  value === null || value === "" || (Array.isArray(value) && value.length === 0);

export const keyOf = (block: Block) => `${block.block_id ?? ""}/${block.element?.action_id ?? ""}`;

/** Why a value cannot be sent; empty where it can. */
function wrong(element: Element, value: Value): string {
  const words = typeof value === "string" ? value : "";
  const { min_length: least, max_length: most } = element;
  if (element.type === "number_input") return figure(element, words);
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(words)) {
    return "Give a whole email address, such as name@example.com.";
  }
  if (element.type === "url_text_input" && !URL.canParse(words)) {
    return "Give a whole address, such as https://example.com.";
  }
  if (least && words.length < least) return `At least ${least} characters; these are ${words.length}.`;
  if (most && words.length > most) return `At most ${most} characters; these are ${words.length}.`;
  return "";
}

function figure(element: Element, words: string): string {
  const { min_value: least, max_value: most } = element;
  const value = Number(words);
  if (!Number.isFinite(value)) return "Give a number.";
  if (!element.is_decimal_allowed && !Number.isInteger(value)) return "Give a whole number.";
  if (least !== undefined && value < Number(least)) return `At least ${least}.`;
  if (most !== undefined && value > Number(most)) return `At most ${most}.`;
  return "";
}

/** The values of the filled inputs by block, and what is wrong with which. */
export function judged(blocks: Block[], values: Record<string, Value>) {
  const told: Record<string, Value> = {};
  const faults: Record<string, string> = {};
  for (const block of inputs(blocks)) {
    const { element, block_id: name = "" } = block;
    if (!element) continue;
    const value = values[keyOf(block)] ?? initial(element);
    if (value !== null && !blank(value)) {
      told[name] = value;
      const why = wrong(element, value);
      if (why) faults[name] = why;
    } else if (!block.optional) faults[name] = REQUIRED;
    else if (keyOf(block) in values) told[name] = value ?? "";
  }
  return { told, faults };
}

function inputs(blocks: Block[]): Block[] {
  return blocks.flatMap((block) => (block.type === "input" ? [block] : inputs(block.child_blocks ?? [])));
}
