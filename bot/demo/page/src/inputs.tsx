// Every input of Block Kit as the browser's own control, so that keyboards, phones and screen
// readers know it.

import { useId, useState } from "react";
import { failure, useDesk } from "./desk";
import { Menu } from "./menu";
import type { Element, Option, Value } from "./types";

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
  if (kind === "external_select") return <Suggesting {...props} />;
  if (kind.startsWith("multi_") || kind === "checkboxes") return <Several {...props} />;
  if (kind === "radio_buttons") return <Radios {...props} />;
  if (kind.endsWith("_select")) return <Select {...props} />;
  if (kind === "datetimepicker") return <Instant {...props} />;
  if (kind === "file_input") return <p className="quiet">Files are not taken by the demo.</p>;
  if (kind === "rich_text_input" || props.element.multiline) return <Long {...props} />;
  return <Line {...props} />;
}

/** What an input holds before anybody touches it. */
export function initial(element: Element): Value | null {
  const several = element.initial_users ?? element.initial_channels ?? element.initial_conversations;
  if (element.initial_options) return element.initial_options.map((option) => option.value);
  return (
    element.initial_value ??
    element.initial_option?.value ??
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
  number_input: "number",
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
      step={element.is_decimal_allowed ? "any" : undefined}
      min={element.min_value}
      max={element.max_value}
      maxLength={element.max_length}
      placeholder={element.placeholder?.text}
      value={value ?? initial(element) ?? ""}
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
      value={value ?? initial(element) ?? ""}
      onChange={(event) => onChange(event.target.value, false)}
    />
  );
}

function Instant(props: InputProps) {
  const { element, value, onChange } = props;
  const seconds = Number(value ?? initial(element) ?? 0);
  const local = seconds ? new Date(seconds * 1000 - new Date().getTimezoneOffset() * 60_000) : null;
  return (
    <input
      {...common(props)}
      className="field-control"
      type="datetime-local"
      value={local?.toISOString().slice(0, 16) ?? ""}
      onChange={(event) => onChange(Math.floor(Date.parse(event.target.value) / 1000), true)}
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

function Several(props: InputProps) {
  const { element, value, label, onChange } = props;
  const options = useOptions(element).flatMap((group) => group.options);
  const held = (value ?? initial(element) ?? []) as string[];
  const turn = (one: string) =>
    onChange(held.includes(one) ? held.filter((other) => other !== one) : [...held, one], true);
  return (
    <span className="several" role="group" aria-label={label} data-action={element.action_id}>
      {options.map((option) => (
        <label key={option.value} className="check">
          <input type="checkbox" checked={held.includes(option.value)} onChange={() => turn(option.value)} />
          <span>
            {option.text.text}
            {option.description && <span className="quiet"> {option.description.text}</span>}
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
    <span className="several" role="radiogroup" aria-label={label} data-action={element.action_id}>
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
            {option.description && <span className="quiet"> {option.description.text}</span>}
          </span>
        </label>
      ))}
    </span>
  );
}

/** A select whose options the app is asked for. */
function Suggesting(props: InputProps) {
  const { element, label, place, onChange } = props;
  const { act, complain } = useDesk();
  const [query, setQuery] = useState(element.initial_option?.text.text ?? "");
  const [found, setFound] = useState<Option[]>([]);
  const ask = async (words: string) => {
    setQuery(words);
    if (words.length < (element.min_query_length ?? 3)) return setFound([]);
    const result = await act("suggest", { ...place, action: element.action_id, query: words });
    const said = failure(result, label);
    if (said) complain(said);
    const told = result?.response;
    setFound(told?.options ?? told?.option_groups?.flatMap((group) => group.options) ?? []);
  };
  return (
    <span className="suggesting">
      <input
        {...common(props)}
        className="field-control"
        type="text"
        autoComplete="off"
        placeholder={element.placeholder?.text ?? "Type to search…"}
        value={query}
        onChange={(event) => void ask(event.target.value)}
      />
      {found.length > 0 && (
        <Menu
          label="Matches"
          face={`${found.length} found ▾`}
          className="button small"
          items={found.map((option) => ({
            key: option.value,
            words: option.text.text,
            onPick: () => {
              setQuery(option.text.text);
              setFound([]);
              onChange(option.value, true);
            },
          }))}
        />
      )}
    </span>
  );
}
