// A field to search in: one or several of many options, which the app may have to be asked for.

import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { failure, useDesk } from "./desk";
import type { Element, Option } from "./types";

const PAUSE_MS = 200;
const LEAST_LETTERS = 3;
const LIST_PX = 260;

interface Props {
  element: Element;
  label: string;
  place: { where: string; block: string };
  /** Every option, or null where the app is asked with what was typed. */
  options: Option[] | null;
  held: Option[];
  several: boolean;
  onHold: (held: Option[]) => void;
  input: React.InputHTMLAttributes<HTMLInputElement>;
}

export function Combo({ element, label, place, options, held, several, onHold, input }: Props) {
  const [query, setQuery] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const asked = useAsked({ element, label, place, query: open && !options ? (query ?? "") : null });
  const words = (query ?? "").toLowerCase();
  const known = options ?? asked.found;
  const free = several ? known.filter((one) => !held.some((other) => other.value === one.value)) : known;
  const shown = options ? free.filter((one) => one.text.text.toLowerCase().includes(words)) : free;
  const full = several && held.length >= (element.max_selected_items ?? Infinity);
  const spot = useSpot(field, open);

  const shut = () => {
    setOpen(false);
    setQuery(null);
    setActive(0);
  };
  const pick = (option: Option | undefined) => {
    if (!option) return;
    onHold(several ? [...held, option] : [option]);
    shut();
  };
  const keys = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (open) setActive((shown.length + active + step) % Math.max(1, shown.length));
      else setOpen(true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open) pick(shown[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      shut();
    } else if (event.key === "Backspace" && several && !query && held.length > 0) {
      onHold(held.slice(0, -1));
    }
  };
  return (
    <span className="combo" onKeyDown={keys}>
      <span className="field-control combo-box" onClick={() => field.current?.focus()}>
        {several &&
          held.map((one) => (
            <span key={one.value} className="chip">
              {one.text.text}
              <button
                type="button"
                aria-label={`Remove ${one.text.text}`}
                onClick={() => onHold(held.filter((other) => other.value !== one.value))}
              >
                ✕
              </button>
            </span>
          ))}
        <input
          {...input}
          ref={field}
          type="text"
          role="combobox"
          autoComplete="off"
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={open ? id : undefined}
          aria-activedescendant={open && shown[active] ? `${id}-${active}` : undefined}
          readOnly={full}
          placeholder={several && held.length > 0 ? "" : (element.placeholder?.text ?? "Type to search…")}
          value={query ?? (several ? "" : (held[0]?.text.text ?? ""))}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
            setOpen(true);
          }}
          onClick={() => setOpen(!full)}
          onBlur={shut}
        />
      </span>
      {open && !full && (
        <ul className="combo-list" role="listbox" id={id} aria-label={label} style={spot}>
          {shown.map((one, index) => (
            <li
              key={one.value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              onPointerDown={(event) => {
                event.preventDefault();
                pick(one);
              }}
            >
              {one.text.text}
              {one.description && <span className="quiet"> {one.description.text}</span>}
            </li>
          ))}
          {shown.length === 0 && (
            <li className="combo-none" role="option" aria-disabled="true" aria-selected="false">
              {asked.busy ? "Loading…" : asked.short ? `Type ${asked.short} or more letters` : "Nothing found"}
            </li>
          )}
        </ul>
      )}
    </span>
  );
}

interface Asking {
  element: Element;
  label: string;
  place: { where: string; block: string };
  /** What was typed; null while nobody is asking. */
  query: string | null;
}

/** Ask the app for options, a moment after the last letter; a late answer to an older one is dropped. */
function useAsked({ element, label, place, query }: Asking) {
  const { act, complain } = useDesk();
  const [found, setFound] = useState<Option[]>([]);
  const [busy, setBusy] = useState(false);
  const least = element.min_query_length ?? LEAST_LETTERS;
  const short = query !== null && query.length < least ? least : 0;
  const { where, block } = place;
  useEffect(() => {
    setFound([]);
    setBusy(query !== null && !short);
    if (query === null || short) return;
    let here = true;
    const ask = async () => {
      const result = await act("suggest", { where, block, action: element.action_id, query });
      if (!here) return;
      const said = failure(result, label);
      if (said) complain(said);
      const told = result?.response;
      setFound(told?.options ?? told?.option_groups?.flatMap((group) => group.options) ?? []);
      setBusy(false);
    };
    const timer = window.setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      here = false;
      window.clearTimeout(timer);
    };
  }, [query, short, where, block, element.action_id, label, act, complain]);
  return { found, busy, short };
}

/** Where the list stands: below its field, or above it where there is more room. */
function useSpot(field: React.RefObject<HTMLInputElement | null>, open: boolean): React.CSSProperties {
  const [spot, setSpot] = useState<React.CSSProperties>({});
  useLayoutEffect(() => {
    if (!open) return;
    const place = () => {
      const box = field.current?.closest(".combo-box")?.getBoundingClientRect();
      if (!box) return;
      const above = innerHeight - box.bottom < LIST_PX && box.top > innerHeight - box.bottom;
      const side = above ? { bottom: innerHeight - box.top + 5 } : { top: box.bottom + 5 };
      setSpot({ left: box.left, width: box.width, ...side });
    };
    place();
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    return () => {
      removeEventListener("scroll", place, true);
      removeEventListener("resize", place);
    };
  }, [field, open]);
  return spot;
}
