/** What is on the road's screen, kept in the address after the #. */

export const TABS = ["map", "triage", "orders", "programme", "policy", "precision"] as const;
export type Tab = (typeof TABS)[number];
export type Colouring = "condition" | "inspected";

export interface RoadView {
  tab: Tab;
  defect: string | null;
  kind: string;
  state: string;
  severity: string;
  /** "yes": what waits; "" all. */
  waiting: string;
  street: string;
  colouring: Colouring;
  /** Whose route alone is shown; "" all. */
  crew: string;
  /** The money of a year, as the programme has it; "" the middle of its budgets. */
  budget: string;
}

export type SetView = (view: RoadView, isOneOfMany?: boolean) => void;

export const EMPTY: RoadView = {
  tab: "map",
  defect: null,
  kind: "",
  state: "",
  severity: "",
  waiting: "yes",
  street: "",
  colouring: "condition",
  crew: "",
  budget: "",
};

const FILTERS = ["kind", "state", "severity", "waiting", "street"] as const;
const KEPT = [...FILTERS, "crew", "budget"] as const;

export function viewOf(hash: string): RoadView {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const tab = given.get("tab") as Tab;
  const view: RoadView = {
    ...EMPTY,
    tab: TABS.includes(tab) ? tab : "map",
    defect: given.get("defect") || null,
    colouring: given.get("colouring") === "inspected" ? "inspected" : "condition",
  };
  for (const name of KEPT) view[name] = given.get(name) ?? EMPTY[name];
  return view;
}

export function hashOf(view: RoadView): string {
  const params = new URLSearchParams();
  if (view.tab !== EMPTY.tab) params.set("tab", view.tab);
  if (view.defect) params.set("defect", view.defect);
  if (view.colouring !== EMPTY.colouring) params.set("colouring", view.colouring);
  for (const name of KEPT) if (view[name] !== EMPTY[name]) params.set(name, view[name]);
  const text = params.toString();
  return text ? `#${text}` : "#";
}

/** The filters as the API has them. */
export function asked(view: RoadView): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of FILTERS) if (view[name]) found[name] = view[name];
  return found;
}
