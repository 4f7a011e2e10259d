// The modal on top of a person's stack.

import { useEffect, useMemo, useState } from "react";
import { Blocks } from "./blocks";
import { failure, useDesk } from "./desk";
import { Dialog } from "./dialog";
import { FormContext } from "./fields";
import { initial } from "./inputs";
import type { Block, Value, View } from "./types";

const REQUIRED = "This field is required.";

export function Modal({ view, below }: { view: View; below: boolean }) {
  const { act, complain } = useDesk();
  const [values, setValues] = useState<Record<string, Value>>({});
  const [missing, setMissing] = useState<Record<string, string>>({});
  const [refused, setRefused] = useState("");
  const [busy, setBusy] = useState(false);
  const [mended, setMended] = useState<Record<string, boolean>>({});
  const errors = useMemo(() => {
    const told = Object.entries(view.errors ?? {}).filter(([block]) => !mended[block]);
    return { ...Object.fromEntries(told), ...missing };
  }, [view.errors, missing, mended]);
  const wrong = JSON.stringify(view.errors ?? {}) + JSON.stringify(missing);
  useEffect(() => document.querySelector<HTMLElement>(".dialog .wrong :is(input, select, textarea)")?.focus(), [wrong]);
  const form = useMemo(
    () => ({
      values,
      errors,
      set: (block: string, value: Value) => {
        setValues((held) => ({ ...held, [block]: value }));
        setMissing(({ [block]: _, ...rest }) => rest);
        setMended((held) => ({ ...held, [block]: true }));
      },
    }),
    [values, errors],
  );
  const shut = () => void act("close", { view: view.id });

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    const { told, empty } = filled(view.blocks, values);
    setMissing(Object.fromEntries(empty.map((block) => [block, REQUIRED])));
    setRefused("");
    if (empty.length > 0) return;
    setBusy(true);
    const result = await act("submit", { view: view.id, values: told });
    setBusy(false);
    setMended({});
    const said = failure(result, "Submitting");
    if (said) setRefused("We had some trouble connecting. Try again?");
    if (said) complain(said);
  };
  const waiting = view.blocks.every((block) => block.type !== "input") && !view.submit;
  return (
    <Dialog title={view.title?.text ?? ""} onClose={shut} back={below}>
      <form className="dialog-form" onSubmit={(event) => void submit(event)} noValidate aria-busy={busy}>
        <div className="dialog-body">
          {refused && (
            <p className="field-error" role="alert">
              {refused}
            </p>
          )}
          <FormContext value={form}>
            <Blocks blocks={view.blocks} where={view.id} />
          </FormContext>
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={shut}>
            {view.close?.text ?? (waiting ? "Close" : "Cancel")}
          </button>
          {view.submit && (
            <button type="submit" className="button primary" disabled={busy || view.submit_disabled} aria-busy={busy}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

/** The values of the filled inputs, and which required ones are empty. */
function filled(blocks: Block[], values: Record<string, Value>) {
  const told: Record<string, Value> = {};
  const empty: string[] = [];
  for (const block of inputs(blocks)) {
    const name = block.block_id ?? "";
    const value = values[name] ?? (block.element ? initial(block.element) : null);
    const holds = value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
    if (holds) told[name] = value;
    else if (name in values && block.optional) told[name] = value ?? "";
    else if (!block.optional && block.element?.type !== "file_input") empty.push(name);
  }
  return { told, empty };
}

function inputs(blocks: Block[]): Block[] {
  return blocks.flatMap((block) => (block.type === "input" ? [block] : inputs(block.child_blocks ?? [])));
}
