import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useAccount } from "@/shared/account";
import { isLang } from "../langs";
import { PageHead } from "../parts/PageHead";
import { paths } from "../paths";
import { Editor } from "./Editor";
import { beginning, QUESTION_CHARS } from "./values";

const MOST_GOLDEN = 50;

export default function NewPage() {
  const [address] = useSearchParams();
  // Another prefilled address is another entry to begin.
  return <Fresh key={address.toString()} address={address} />;
}

function Fresh({ address }: { address: URLSearchParams }) {
  const { t } = useTranslation("knowledge");
  const { data: account } = useAccount();
  const lang = address.get("lang");
  const question = (address.get("question") ?? "").slice(0, QUESTION_CHARS);
  const [golden, setGolden] = useState(() => goldenOf(address));
  return (
    <>
      <PageHead
        title={t("editor.new")}
        description={t("editor.newAbout")}
        back={{ to: paths.entries, label: t("entries.title") }}
      />
      <Editor
        opening={{
          key: question ? `new ${question}` : "new",
          user: account?.username ?? "",
          start: beginning(question, isLang(lang) ? lang : ""),
          entry: null,
          draft: null,
          published: null,
          golden,
        }}
        onGolden={setGolden}
      />
    </>
  );
}

/** Questions of customers that the entry is to answer, each once. */
function goldenOf(address: URLSearchParams): string[] {
  const questions = address.getAll("golden").map((text) => text.trim().slice(0, QUESTION_CHARS));
  return [...new Set(questions)].filter(Boolean).slice(0, MOST_GOLDEN);
}
