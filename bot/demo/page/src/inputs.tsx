// Every input of Block Kit, as the browser's own control where it has one, so that keyboards, phones
// and screen readers know it.

import { useId } from "react";
import { Combo } from "./combo";
import { useDesk } from "./desk";
import { Editor } from "./editor";
import { instant, local } from "./moments";
import { initial } from "./rules";
import type { Element, Option, RichText, Value } from "./types";
import { Upload } from "./upload";

export interface InputProps {
  element: Element;
  value: Value | null;
  label: string;
  id?: string;
  invalid?: boolean;
  describedBy?: string;
  required?: boolean;
  place: { where: string; block: string };
  /** `final` where the person is done: a choice, a date, Enter or leaving a text. */
  onChange: (value: Value, final: boolean) => void;
}

export function Input(props: InputProps) {
  const kind = props.element.type;
  if (kind === "checkboxes") return <Checks {...props} />;
  if (kind.startsWith("multi_") || kind === "external_select") return <Searched {...props} />;
  if (kind === "radio_buttons") return <Radios {...props} />;
  if (kind.endsWith("_select")) return <Select {...props} />;
  if (kind === "datetimepicker") return <Instant {...props} />;
  if (kind === "file_input") return <Files {...props} />;
  if (kind === "rich_text_input") return <Rich {...props} />;
  if (props.element.multiline) return <Long {...props} />;
  return <Line {...props} />;
}

function common({ id, invalid, describedBy, required, element, label }: InputProps) {
  return {
    id,
    "aria-invalid": invalid || undefined,
    "aria-describedby": describedBy,
    "aria-label": id ? undefined : label,
    "aria-required": required || undefined,
    "data-action": element.action_id,
  };
}

const LINES: Record<string, string> = {
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

function Line(props: InputProps) {
  const { element, value, onChange } = props;
  const type = LINES[element.type] ?? "text";
  const picker = type === "date" || type === "time";
  return (
    <input
      {...common(props)}
      className="field-control"
      type={type}
      maxLength={element.max_length}
      placeholder={element.placeholder?.text}
      inputMode={element.type === "number_input" ? "decimal" : undefined}
      value={String(value ?? initial(element) ?? "")}
      onChange={(event) => onChange(event.target.value, picker)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onChange(event.currentTarget.value, true);
      }}
    />
  );
}

function Long(props: InputProps) {
  const { element, value, onChange } = props;
  return (
    <textarea
      {...common(props)}
      className="field-control"
      rows={4}
      maxLength={element.max_length}
      placeholder={element.placeholder?.text}
      value={String(value ?? initial(element) ?? "")}
      onChange={(event) => onChange(event.target.value, false)}
    />
  );
}

function Instant(props: InputProps) {
  const { element, value, onChange } = props;
  const seconds = Number(value ?? initial(element) ?? 0);
  return (
    <input
      {...common(props)}
      className="field-control"
      type="datetime-local"
      value={seconds ? local(seconds) : ""}
      onChange={(event) => onChange(event.target.value ? instant(event.target.value) : "", true)}
    />
  );
}

function Files(props: InputProps) {
  const { element, label, onChange } = props;
  const held = (props.value ?? []) as string[];
  return <Upload element={element} label={label} held={held} input={common(props)} onHold={(ids) => onChange(ids, true)} />;
}

function Rich(props: InputProps) {
  const { element, label, value, onChange } = props;
  const { id: _, ...attributes } = common(props);
  return (
    <Editor
      label={label}
      placeholder={element.placeholder?.text ?? ""}
      start={(value ?? initial(element) ?? null) as RichText | null}
      attributes={attributes}
      onWrite={(told) => onChange(told, false)}
    />
  );
}

/** One of many that are asked for, or several of any kind: a field to search in. */
function Searched(props: InputProps) {
  const { element, label, place, value, onChange } = props;
  const several = element.type.startsWith("multi_");
  const asked = element.type.endsWith("external_select");
  const every = useOptions(element).flatMap((group) => group.options);
  const now = value ?? initial(element) ?? [];
  const told = (Array.isArray(now) ? now : [now]) as (string | Option)[];
  const held = told.flatMap((one) => (typeof one === "string" ? every.filter((other) => other.value === one) : [one]));
  const hold = (next: Option[]) => {
    const plain = asked ? next : next.map((one) => one.value);
    onChange(several ? plain : (plain[0] ?? ""), true);
  };
  return (
    <Combo
      element={element}
      label={label}
      place={place}
      options={asked ? null : every}
      held={held}
      several={several}
      onHold={hold}
      input={common(props)}
    />
  );
}

/** The options of any select: its own, or the people and channels of the workspace. */
function useOptions(element: Element): { label: string; options: Option[] }[] {
  const { state } = useDesk();
  const made = (value: string, text: string): Option => ({ value, text: { type: "plain_text", text } });
  if (/users_select$/.test(element.type)) {
    return [{ label: "", options: state.people.map((one) => made(one.id, one.real_name)) }];
  }
  if (/(channels|conversations)_select$/.test(element.type)) {
    const named = state.channels.filter((one) => !one.is_im);
    return [{ label: "", options: named.map((one) => made(one.id, `#${one.name}`)) }];
  }
  if (element.option_groups) {
    return element.option_groups.map((group) => ({ label: group.label.text, options: group.options }));
  }
  return [{ label: "", options: element.options ?? [] }];
}

function Select(props: InputProps) {
  const { element, value, onChange } = props;
  const groups = useOptions(element);
  const drawn = (options: Option[]) =>
    options.map((option) => (
      <option key={option.value} value={option.value}>
        {option.text.text}
      </option>
    ));
  return (
    <select
      {...common(props)}
      className="field-control select"
      value={String(value ?? initial(element) ?? "")}
      onChange={(event) => onChange(event.target.value, true)}
    >
      <option value="" disabled>
        {element.placeholder?.text ?? "Choose…"}
      </option>
      {groups.map((group) =>
        group.label ? (
          <optgroup key={group.label} label={group.label}>
            {drawn(group.options)}
          </optgroup>
        ) : (
          drawn(group.options)
        ),
      )}
    </select>
  );
}

function Checks(props: InputProps) {
  const { element, value, label, onChange } = props;
  const options = element.options ?? [];
  const held = (value ?? initial(element) ?? []) as string[];
  const turn = (one: string) =>
    onChange(held.includes(one) ? held.filter((other) => other !== one) : [...held, one], true);
  return (
    <span className="several" role="group" aria-label={label} aria-describedby={props.describedBy} data-action={element.action_id}>
      {options.map((option) => (
        <label key={option.value} className="check">
          <input type="checkbox" checked={held.includes(option.value)} onChange={() => turn(option.value)} />
          <span>
            {option.text.text}
            {option.description && <span className="quiet check-note">{option.description.text}</span>}
          </span>
        </label>
      ))}
    </span>
  );
}

function Radios(props: InputProps) {
  const { element, value, label, onChange } = props;
  const name = useId();
  const held = value ?? initial(element);
  return (
    <span className="several" role="radiogroup" aria-label={label} aria-describedby={props.describedBy} data-action={element.action_id}>
      {(element.options ?? []).map((option) => (
        <label key={option.value} className="check">
          <input
            type="radio"
            name={name}
            checked={held === option.value}
            onChange={() => onChange(option.value, true)}
          />
          <span>
            {option.text.text}
            {option.description && <span className="quiet check-note">{option.description.text}</span>}
          </span>
        </label>
      ))}
    </span>
  );
}
