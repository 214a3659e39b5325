import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { Skeleton } from "@/shared/ui/Skeleton";
import { useTitle } from "@/shared/useTitle";
import { comeBack } from "./provider";

/** Where the identity provider sends people back to. Nobody stays here. */
export default function ReturnPage() {
  const { t } = useTranslation("account");
  const [query] = useSearchParams();
  const navigate = useNavigate();
  const begun = useRef(false);
  useTitle(t("signIn.title"));
  useEffect(() => {
    if (begun.current) return; // a code works once
    begun.current = true;
    void comeBack(query).then((path) => navigate(path, { replace: true }));
  }, [query, navigate]);
  return (
    <div className="mx-auto flex w-full max-w-md flex-col gap-5 px-4 py-8 sm:py-14">
      <h1 className="font-display text-3xl">{t("provider.under")}</h1>
      <Skeleton lines={3} />
    </div>
  );
}
