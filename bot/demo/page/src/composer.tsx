// Where one types: plain messages, and /report with completion and its usage hint.

import { useEffect, useId, useRef, useState } from "react";
import { failure, useDesk } from "./desk";
import { Bolt } from "./icons";
import { Menu } from "./menu";
import type { Command, State } from "./types";

interface Props {
  channel: string;
  name: string;
  thread?: string;
  /** Words put in from elsewhere, such as the tour; `seq` tells equal ones apart. */
  typed?: { seq: number; words: string };
  onSent: () => void;
}

interface Suggestion {
  words: string;
  note: string;
  hint?: string;
}

export function Composer({ channel, name, thread = "", typed, onSent }: Props) {
  const { act, complain, state } = useDesk();
  const [words, setWords] = useState("");
  const [active, setActive] = useState(-1);
  const [shut, setShut] = useState(false);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const found = shut || thread ? [] : suggest(words, state);
  const command = state.commands.find((one) => words === one.command || words.startsWith(`${one.command} `));

  useEffect(() => {
    if (!typed?.words) return;
    setWords(typed.words);
    setShut(true);
    field.current?.focus();
  }, [typed]);
  useEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 180)}px`;
  }, [words]);

  const change = (next: string) => {
    setWords(next);
    setActive(-1);
    setShut(false);
  };
  const accept = (at: number) => {
    const one = found[at];
    if (one) change(`${one.words} `);
    field.current?.focus();
  };
  const send = async () => {
    const said = words.trim();
    if (!said || busy) return;
    if (said.startsWith("/") && thread) return complain(`${said.split(" ")[0]} is not supported in threads. Sorry!`);
    setBusy(true);
    onSent();
    const slash = said.startsWith("/");
    const result = slash
      ? await act("command", { channel, text: said })
      : await act("say", { channel, text: said, ...(thread ? { thread_ts: thread } : {}) });
    setBusy(false);
    const trouble = slash ? failure(result, said) : "";
    if (trouble) complain(trouble);
    if (result !== null || !slash) change("");
    field.current?.focus();
  };
  const keys = (event: React.KeyboardEvent) => {
    const open = found.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : found.length - (active < 0 ? 0 : 1);
      setActive(active < 0 && event.key === "ArrowDown" ? 0 : (Math.max(active, 0) + step) % found.length);
    } else if (open && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      accept(Math.max(active, 0));
    } else if (open && event.key === "Escape") {
      setShut(true);
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (open && active >= 0) accept(active);
      else if (open && !command) accept(0);
      else void send();
    }
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {found.length > 0 && (
        <ul className="suggestions" role="listbox" id={id} aria-label="Commands">
          {found.map((one, index) => (
            <li
              key={one.words}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              onPointerDown={(event) => {
                event.preventDefault();
                accept(index);
              }}
            >
              <span className="suggestion-words">{one.words}</span>
              {one.hint && <span className="suggestion-hint">{one.hint}</span>}
              <span className="quiet">{one.note}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="composer-box">
        {!thread && <Shortcuts />}
        <textarea
          ref={field}
          rows={1}
          value={words}
          placeholder={thread ? "Reply…" : `Message ${name}`}
          aria-label={thread ? "Reply" : `Message ${name}`}
          aria-controls={found.length > 0 ? id : undefined}
          aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          data-tour={thread ? undefined : "composer"}
          onChange={(event) => change(event.target.value)}
          onKeyDown={keys}
          onBlur={() => setShut(true)}
        />
        <button type="submit" className="send" aria-label="Send" disabled={!words.trim() || busy} aria-busy={busy}>
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" fill="currentColor">
            <path d="M2.5 3.2 17.8 10 2.5 16.8l1.6-5.6L11 10 4.1 8.8Z" />
          </svg>
        </button>
      </div>
      <p className="composer-hint" aria-live="polite">
        {command && !thread ? <Hint command={command} /> : <Keys thread={thread !== ""} />}
      </p>
    </form>
  );
}

/** The app's global shortcuts; Slack keeps them behind the same sign. */
function Shortcuts() {
  const { act, complain, state } = useDesk();
  const found = state.shortcuts.filter((one) => one.type === "global");
  if (found.length === 0) return null;
  const use = async (callback: string, name: string) => {
    const said = failure(await act("shortcut", { callback }), `“${name}”`);
    if (said) complain(said);
  };
  return (
    <Menu
      label="Shortcuts"
      face={<Bolt />}
      className="icon"
      items={found.map((one) => ({
        key: one.callback_id,
        words: one.name,
        note: "reportops",
        onPick: () => void use(one.callback_id, one.name),
      }))}
    />
  );
}

function Keys({ thread }: { thread: boolean }) {
  return (
    <span>
      {!thread && "Type / for commands · "}Enter to send<span className="wide-word"> · Shift + Enter for a new line</span>
    </span>
  );
}

function Hint({ command }: { command: Command }) {
  return (
    <span>
      <code>{command.command}</code> {command.usage_hint}
    </span>
  );
}

/** The alternatives of each `[a | b]` in a usage hint. */
function places(command: Command): string[][] {
  return [...command.usage_hint.matchAll(/[[<]([^\]>]+)[\]>]/g)].map((found) =>
    (found[1] ?? "").split("|").map((word) => word.trim()),
  );
}

function suggest(words: string, state: State): Suggestion[] {
  if (!words.startsWith("/")) return [];
  const parts = words.split(" ");
  const command = state.commands.find((one) => one.command === parts[0]);
  if (!command || parts.length === 1) {
    return state.commands
      .filter((one) => one.command.startsWith(words))
      .map((one) => ({ words: one.command, note: one.description, hint: one.usage_hint }));
  }
  const typed = parts.at(-1) ?? "";
  const slot = places(command)[parts.length - 2];
  if (!slot) return [];
  const names = state.channels.filter((one) => !one.is_im && !one.is_private).map((one) => one.name ?? "");
  const choices = slot.length === 1 && slot[0] === "client" ? names : slot;
  const before = parts.slice(0, -1).join(" ");
  return choices
    .filter((choice) => choice.startsWith(typed) && choice !== typed)
    .map((choice) => ({ words: `${before} ${choice}`, note: slot.length === 1 ? "client" : "" }));
}
