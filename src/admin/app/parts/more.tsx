import { WorkButton } from "./work-button.tsx";

/** The way to the next page of a list. */
export function More({
  list,
}: {
  readonly list: {
    readonly items: readonly unknown[];
    readonly hasMore: boolean;
    readonly isLoading: boolean;
    readonly more: () => void;
  };
}) {
  return list.hasMore ? (
    <div class="more">
      <WorkButton isBusy={list.isLoading} onClick={list.more}>
        {list.items.length === 0 ? "Search further" : "Show more"}
      </WorkButton>
    </div>
  ) : null;
}
