// The form of a modal: what its inputs hold, and an input block with its label, hint and error.

import { createContext, useContext, useId } from "react";
import { useDesk } from "./desk";
import { Input } from "./inputs";
import { keyOf } from "./rules";
import type { Block, Value } from "./types";

export interface Form {
  /** By block_id and action_id together: another element in the same block begins anew. */
  values: Record<string, Value>;
  /** By block_id. */
  errors: Record<string, string>;
  set: (block: Block, value: Value) => void;
}

/** What consists of several controls, so that its caption is no label of one. */
const GROUPS = new Set(["checkboxes", "radio_buttons", "rich_text_input", "file_input"]);

export const FormContext = createContext<Form>({ values: {}, errors: {}, set: () => undefined });

export function Field({ block, where }: { block: Block; where: string }) {
  const form = useContext(FormContext);
  const { act } = useDesk();
  const id = useId();
  const element = block.element;
  if (!element) return null;
  const name = block.block_id ?? "";
  const error = form.errors[name];
  const told = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const group = GROUPS.has(element.type);
  const label = block.label?.text ?? "";
  const caption = (
    <>
      {label}
      {block.optional && <span className="quiet"> (optional)</span>}
    </>
  );
  return (
    <div className={error ? "field wrong" : "field"} data-block={name}>
      {group ? (
        <span className="field-label">{caption}</span>
      ) : (
        <label className="field-label" htmlFor={id}>
          {caption}
        </label>
      )}
      <Input
        element={element}
        id={group ? undefined : id}
        label={label}
        value={form.values[keyOf(block)] ?? null}
        invalid={Boolean(error)}
        describedBy={told || undefined}
        required={!block.optional}
        place={{ where, block: name }}
        onChange={(value, final) => {
          form.set(block, value);
          // What was found by asking the app stays known there while one asks for more.
          if (final && (block.dispatch_action || element.type.endsWith("external_select"))) {
            void act("choose", { where, action: element.action_id, block: name, option: value });
          }
        }}
      />
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {block.hint && (
        <p className="quiet" id={`${id}-hint`}>
          {block.hint.text}
        </p>
      )}
    </div>
  );
}
