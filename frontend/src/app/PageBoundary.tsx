import { Component, type ReactNode, Suspense } from "react";
import { ProblemPanel } from "@/shared/ui/ProblemPanel";
import { Skeleton } from "@/shared/ui/Skeleton";

interface State {
  error: unknown;
}

/** Keeps the place of a page that is being fetched, and says so when a page fails, inside its frame. */
export class PageBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    const frame = "mx-auto w-full max-w-2xl p-4 sm:p-6";
    if (this.state.error !== null) {
      return (
        <div className={frame}>
          <ProblemPanel page error={this.state.error} />
        </div>
      );
    }
    const waiting = (
      <div className={frame}>
        <Skeleton lines={5} />
      </div>
    );
    return <Suspense fallback={waiting}>{this.props.children}</Suspense>;
  }
}
