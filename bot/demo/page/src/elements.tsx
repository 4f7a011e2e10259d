// What can be touched in a message, a modal or a home tab: buttons, selects, menus, dates.

import { useState } from "react";
import { Confirming } from "./dialog";
import { failure, permalink, useDesk } from "./desk";
import { Input } from "./inputs";
import { Menu } from "./menu";
import type { Block, Element, Value } from "./types";

interface Touched {
  element: Element;
  block: Block;
  where: string;
}

const wordsOf = (element: Element) =>
  typeof element.text === "string" ? element.text : (element.text?.text ?? "");

/** Do something at an element: what runs, whether it runs now, and the confirmation before it. */
function useTouch({ element, block, where }: Touched) {
  const { act, complain } = useDesk();
  const [busy, setBusy] = useState(false);
  const [pending, setPending] = useState<(() => void) | null>(null);
  const run = async (path: string, more: object, what: string) => {
    setBusy(true);
    const place = { where, action: element.action_id ?? "", block: block.block_id ?? "" };
    const result = await act(path, { ...place, ...more });
    setBusy(false);
    const said = failure(result, what);
    if (said) complain(said);
  };
  const guarded = (path: string, more: object, what: string) => {
    const go = () => void run(path, more, what);
    if (element.confirm) setPending(() => go);
    else go();
  };
  const asking =
    pending && element.confirm ? (
      <Confirming
        confirm={element.confirm}
        onNo={() => setPending(null)}
        onYes={() => {
          setPending(null);
          pending();
        }}
      />
    ) : null;
  return { busy, guarded, run, asking };
}

export function Touch(touched: Touched) {
  const { element } = touched;
  switch (element.type) {
    case "button":
    case "workflow_button":
      return element.url ? <LinkButton {...touched} /> : <PressButton {...touched} />;
    case "overflow":
      return <Overflow {...touched} />;
    default:
      return <Choice {...touched} />;
  }
}

function look(element: Element): string {
  return `button ${element.style ?? ""}`.trim();
}

function PressButton(touched: Touched) {
  const { element } = touched;
  const { busy, guarded, asking } = useTouch(touched);
  const words = wordsOf(element);
  return (
    <>
      <button
        type="button"
        className={look(element)}
        aria-label={element.accessibility_label}
        aria-busy={busy}
        aria-disabled={busy}
        data-action={element.action_id}
        onClick={() => !busy && guarded("press", { value: element.value }, `“${words}”`)}
      >
        {words}
      </button>
      {asking}
    </>
  );
}

function LinkButton(touched: Touched) {
  const { element } = touched;
  const { go } = useDesk();
  const { run } = useTouch(touched);
  const words = wordsOf(element);
  const inside = permalink(element.url ?? "");
  return (
    <a
      className={look(element)}
      href={element.url}
      target="_blank"
      rel="noreferrer"
      data-action={element.action_id}
      onClick={(event) => {
        if (inside) {
          event.preventDefault();
          go(inside.channel, inside.ts);
        }
        void run("press", { value: element.value }, `“${words}”`);
      }}
    >
      {words}
    </a>
  );
}

function Overflow(touched: Touched) {
  const { element } = touched;
  const { busy, guarded, asking } = useTouch(touched);
  return (
    <>
      <Menu
        label="More actions"
        face="⋯"
        className="button overflow"
        busy={busy}
        items={(element.options ?? []).map((option) => ({
          key: option.value,
          words: option.text.text,
          onPick: () => guarded("choose", { option: option.value }, `“${option.text.text}”`),
        }))}
      />
      {asking}
    </>
  );
}

function Choice(touched: Touched) {
  const { element, block, where } = touched;
  const { busy, guarded, asking } = useTouch(touched);
  const [value, setValue] = useState<Value | null>(null);
  const label = element.accessibility_label ?? element.placeholder?.text ?? block.label?.text ?? "Choose";
  return (
    <span className="choice" aria-busy={busy}>
      <Input
        element={element}
        value={value}
        label={label}
        place={{ where, block: block.block_id ?? "" }}
        onChange={(next, final) => {
          setValue(next);
          if (final) guarded("choose", { option: next }, `“${label}”`);
        }}
      />
      {asking}
    </span>
  );
}
