import { lazy, Suspense, useRef } from "react";
import { Route, Routes } from "react-router";
import { Skeleton } from "@/shared/ui/Skeleton";
import { NoSuchPage } from "./parts/NoSuchPage";
import { usePlaces } from "./parts/usePlaces";
import { SubNavigation } from "./SubNavigation";

const EntriesPage = lazy(() => import("./entries/EntriesPage"));
const EntryPage = lazy(() => import("./entry/EntryPage"));
const EditPage = lazy(() => import("./editor/EditPage"));
const NewPage = lazy(() => import("./editor/NewPage"));
const ReviewPage = lazy(() => import("./review/ReviewPage"));
const DraftPage = lazy(() => import("./review/DraftPage"));
const TrialPage = lazy(() => import("./trial/TrialPage"));
const GoldenPage = lazy(() => import("./golden/GoldenPage"));
const FilesPage = lazy(() => import("./files/FilesPage"));
const ServingPage = lazy(() => import("./serving/ServingPage"));

export default function KnowledgePage() {
  const top = useRef<HTMLDivElement>(null);
  usePlaces(top);
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-col gap-6 p-4 sm:p-6">
      <SubNavigation />
      <div ref={top} tabIndex={-1} className="flex min-w-0 flex-col gap-6 outline-none">
        <Suspense fallback={<Skeleton lines={8} />}>
          <Routes>
            <Route index element={<EntriesPage />} />
            <Route path="entry" element={<EntryPage />} />
            <Route path="edit" element={<EditPage />} />
            <Route path="new" element={<NewPage />} />
            <Route path="review" element={<ReviewPage />} />
            <Route path="review/:draftId" element={<DraftPage />} />
            <Route path="test" element={<TrialPage />} />
            <Route path="golden" element={<GoldenPage />} />
            <Route path="files" element={<FilesPage />} />
            <Route path="serving" element={<ServingPage />} />
            <Route path="*" element={<NoSuchPage />} />
          </Routes>
        </Suspense>
      </div>
    </div>
  );
}
