// A dialog: what is behind it can be neither reached nor read, and Escape closes it.

import { useEffect, useId, useRef, type ReactNode } from "react";
import { createPortal } from "react-dom";
import type { Confirm } from "./types";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  className?: string;
  role?: "dialog" | "alertdialog";
  /** What there is a way back to: the view below this one. */
  back?: boolean;
}

export function Dialog({ title, onClose, children, className = "", role = "dialog", back = false }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    dialog?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      dialog?.close();
      before?.focus();
    };
  }, []);
  return createPortal(
    <dialog
      ref={box}
      role={role}
      aria-modal="true"
      aria-labelledby={name}
      className={`dialog ${className}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="dialog-inside">
        <header className="dialog-head">
          {back && (
            <button type="button" className="icon" aria-label="Back" title="Back" onClick={onClose}>
              ←
            </button>
          )}
          <h2 id={name}>{title}</h2>
          {!back && (
            <button type="button" className="icon" aria-label="Close" title="Close" onClick={onClose}>
              ✕
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>,
    document.body,
  );
}

export function Confirming({ confirm, onYes, onNo }: { confirm: Confirm; onYes: () => void; onNo: () => void }) {
  return (
    <Dialog title={confirm.title.text} onClose={onNo} role="alertdialog" className="narrow">
      <div className="dialog-body">
        <p>{confirm.text.text}</p>
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onNo}>
          {confirm.deny.text}
        </button>
        <button type="button" data-first className={`button ${confirm.style ?? "primary"}`} onClick={onYes}>
          {confirm.confirm.text}
        </button>
      </footer>
    </Dialog>
  );
}
