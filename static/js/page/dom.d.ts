// Types of the DOM as the pages use it, for the type checker; no page loads this.

/** Events that modules of a page send each other through `document`. */
interface DocumentEventMap {
  /** An element marked `data-refresh` is about to be replaced. */
  "parlour:swapping": CustomEvent<HTMLElement>;
  /** The element that replaced it. */
  "parlour:swapped": CustomEvent<HTMLElement>;
  /** What is typed has to be stored now. */
  "parlour:save": CustomEvent<null>;
  /** The person logs out, or the room closes: nothing is stored any more. */
  "parlour:leaving": CustomEvent<null>;
  /** The page of preferences wants to show a notification. */
  "parlour:notify": CustomEvent<{
    title: string;
    options: NotificationOptions;
    path: string;
    done: (isShown: boolean) => void;
  }>;
  /** There is a new snapshot of what is unread. */
  "parlour:unread": CustomEvent<null>;
  /** The page shows another room, which has this id. */
  "parlour:room": CustomEvent<number>;
  /** Wants to lead to a path; canceled by who does. */
  "parlour:visit": CustomEvent<string>;
}

/** An `EventTarget` whose events carry the details that `Details` has under their type. */
interface TypedTarget<Details> {
  addEventListener<Type extends keyof Details>(
    type: Type,
    listener: (event: CustomEvent<Details[Type]>) => void,
    options?: AddEventListenerOptions,
  ): void;
  dispatchEvent(event: Event): boolean;
}

/** Scripts select no SVG, so that whatever a selector finds is an `HTMLElement`, or the kind that its user names. */
interface ParentNode {
  querySelector<Tag extends keyof HTMLElementTagNameMap>(selectors: Tag): HTMLElementTagNameMap[Tag] | null;
  querySelector<Found extends HTMLElement = HTMLElement>(selectors: string): Found | null;
  querySelectorAll<Tag extends keyof HTMLElementTagNameMap>(selectors: Tag): NodeListOf<HTMLElementTagNameMap[Tag]>;
  querySelectorAll<Found extends HTMLElement = HTMLElement>(selectors: string): NodeListOf<Found>;
}
type Find = {
  <Tag extends keyof HTMLElementTagNameMap>(root: ParentNode, selector: Tag): HTMLElementTagNameMap[Tag];
  <Found extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): Found;
};
interface NonElementParentNode {
  getElementById<Found extends HTMLElement = HTMLElement>(id: string): Found | null;
}
interface Element {
  closest<Found extends HTMLElement = HTMLElement>(selectors: string): Found | null;
}

/** Events of keys, pointers, focus and forms that scripts listen to happen to elements. */
type OnElement<Happening> = Happening & { readonly target: HTMLElement };
interface HTMLElement {
  addEventListener<Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (event: OnElement<HTMLElementEventMap[Type]>) => void,
    options?: AddEventListenerOptions,
  ): void;
}
interface Document {
  getElementById<Found extends HTMLElement = HTMLElement>(id: string): Found | null;
  addEventListener<Type extends keyof DocumentEventMap>(
    type: Type,
    listener: (event: OnElement<DocumentEventMap[Type]>) => void,
    options?: AddEventListenerOptions,
  ): void;
}

/** Data attributes that are there wherever scripts read them. */
interface DOMStringMap {
  at: string;
  author: string;
  by: string;
  clientId: string;
  copy: string;
  day: string;
  epoch: string;
  name: string;
  path: string;
  seq: string;
}

/** What `setTimeout` returns. */
type Timer = number;

/** Trusted Types, which the library of TypeScript does not have. The DOM takes what `createHTML` returns as a string. */
interface TrustedTypes {
  createPolicy<Rules>(name: string, rules: Rules): Rules;
}
declare var trustedTypes: TrustedTypes | undefined;
