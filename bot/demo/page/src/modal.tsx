// A person's stack of modals in one dialog: the one on top is shown, those below keep what they hold.

import { useEffect, useMemo, useRef, useState } from "react";
import { Blocks } from "./blocks";
import { failure, useDesk } from "./desk";
import { Dialog } from "./dialog";
import { FormContext } from "./fields";
import { judged, keyOf } from "./rules";
import type { Block, Value, View } from "./types";

const FIRST = ":is(input:not(.hidden), select, textarea, [contenteditable])";

export function Modals({ views }: { views: View[] }) {
  const { act } = useDesk();
  const closing = useRef("");
  const top = views.at(-1);
  if (!top) return null;
  // Browsers tell of one Escape twice, and people press twice.
  const shut = async () => {
    if (closing.current === top.id) return;
    closing.current = top.id;
    if ((await act("close", { view: top.id })) === null) closing.current = "";
  };
  return (
    <Dialog title={top.title?.text ?? ""} onClose={() => void shut()} back={views.length > 1}>
      {views.map((view) => (
        <Form key={view.id} view={view} shown={view === top} onClose={() => void shut()} />
      ))}
    </Dialog>
  );
}

function Form({ view, shown, onClose }: { view: View; shown: boolean; onClose: () => void }) {
  const { act, complain } = useDesk();
  const [values, setValues] = useState<Record<string, Value>>({});
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [refused, setRefused] = useState("");
  const [busy, setBusy] = useState(false);
  const [mended, setMended] = useState<Record<string, boolean>>({});
  const box = useRef<HTMLFormElement>(null);
  const told = useMemo(
    () => Object.fromEntries(Object.entries(view.errors ?? {}).filter(([block]) => !mended[block])),
    [view.errors, mended],
  );
  const errors = useMemo(() => ({ ...told, ...faults }), [told, faults]);
  useFocus(box, { shown, wrong: JSON.stringify([view.errors, faults]) });
  const form = useMemo(
    () => ({
      values,
      errors,
      set: (block: Block, value: Value) => {
        const name = block.block_id ?? "";
        setValues((held) => ({ ...held, [keyOf(block)]: value }));
        setFaults(({ [name]: _, ...rest }) => rest);
        setMended((held) => ({ ...held, [name]: true }));
      },
    }),
    [values, errors],
  );

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const found = judged(view.blocks, values);
    setFaults(found.faults);
    setRefused("");
    if (Object.keys(found.faults).length > 0) return;
    setBusy(true);
    const result = await act("submit", { view: view.id, values: found.told });
    setBusy(false);
    setMended({});
    const said = failure(result, "Submitting");
    if (said) setRefused("We had some trouble connecting. Try again?");
    if (said) complain(said);
  };
  return (
    <form
      ref={box}
      className="dialog-form"
      hidden={!shown}
      onSubmit={(event) => void submit(event)}
      noValidate
      aria-busy={busy}
    >
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
        <button type="button" className="button" onClick={onClose}>
          {view.close?.text ?? (view.submit ? "Cancel" : "Close")}
        </button>
        {view.submit && (
          <button type="submit" className="button primary" disabled={busy || view.submit_disabled} aria-busy={busy}>
            {view.submit.text}
          </button>
        )}
      </footer>
    </form>
  );
}

/** The first field when a view comes, the wrong one when it was refused, the last one on the way back. */
function useFocus(box: React.RefObject<HTMLFormElement | null>, { shown, wrong }: { shown: boolean; wrong: string }) {
  const last = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const form = box.current;
    if (!shown || !form) return;
    const keep = () => {
      last.current = document.activeElement as HTMLElement;
    };
    const first = form.querySelector<HTMLElement>(`.dialog-body ${FIRST}`) ?? form.querySelector<HTMLElement>("button");
    if (last.current?.isConnected) last.current.focus();
    else first?.focus();
    form.addEventListener("focusin", keep);
    return () => form.removeEventListener("focusin", keep);
  }, [box, shown]);
  useEffect(() => {
    if (shown) box.current?.querySelector<HTMLElement>(`.wrong ${FIRST}`)?.focus();
    // Only a new refusal moves the focus.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wrong]);
}
