// A button that opens a menu, by mouse or by keyboard.

import { useEffect, useId, useRef, useState, type ReactNode } from "react";

export interface Item {
  key: string;
  words: ReactNode;
  note?: string;
  checked?: boolean;
  danger?: boolean;
  onPick: () => void;
}

interface Props {
  label: string;
  face: ReactNode;
  items: Item[];
  className?: string;
  busy?: boolean;
}

export function Menu({ label, face, items, className = "button", busy = false }: Props) {
  const [open, setOpen] = useState(false);
  const [up, setUp] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();
  const buttons = () => [...(box.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];

  useEffect(() => {
    if (!open) return;
    buttons()[0]?.focus();
    const away = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);

  const shut = () => {
    setOpen(false);
    opener.current?.focus();
  };
  const keys = (event: React.KeyboardEvent) => {
    if (!open) return;
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") {
      event.stopPropagation();
      shut();
    } else if (event.key === "Tab") setOpen(false);
    else if (to !== undefined) {
      event.preventDefault();
      all[to % all.length]?.focus();
    }
  };
  return (
    <span className="menu" ref={box} onKeyDown={keys}>
      <button
        ref={opener}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-busy={busy}
        aria-disabled={busy}
        onClick={(event) => {
          if (busy) return;
          setUp(event.currentTarget.getBoundingClientRect().bottom > innerHeight / 2);
          setOpen(!open);
        }}
      >
        {face}
      </button>
      {open && (
        <span className={up ? "menu-list up" : "menu-list"} role="menu" id={id} aria-label={label}>
          {items.map((item) => (
            <button
              key={item.key}
              type="button"
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              tabIndex={-1}
              className={item.danger ? "menu-item danger" : "menu-item"}
              onClick={() => {
                shut();
                item.onPick();
              }}
            >
              <span>{item.words}</span>
              {item.note && <span className="quiet">{item.note}</span>}
            </button>
          ))}
        </span>
      )}
    </span>
  );
}
