import { type ComponentType, lazy } from "react";
import { Route, Routes } from "react-router";
import { loadTexts, type Namespace } from "@/i18n";
import { ForRole, ForVisitors, SignedIn } from "./guards";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";
import { WidgetShell } from "./WidgetShell";

/** A page that is fetched when somebody goes there, together with its texts. */
function page(load: () => Promise<{ default: ComponentType }>, ...namespaces: Namespace[]) {
  return lazy(async () => {
    const [module] = await Promise.all([load(), loadTexts(...namespaces)]);
    return module;
  });
}

const LandingPage = page(() => import("@/features/account/LandingPage"), "account");
const SignInPage = page(() => import("@/features/account/SignInPage"), "account");
const ReturnPage = page(() => import("@/features/account/ReturnPage"), "account");
const RegisterPage = page(() => import("@/features/account/RegisterPage"), "account");
const AccountPage = page(() => import("@/features/account/AccountPage"), "account");
const ChatWorkspace = page(() => import("./ChatWorkspace"), "conversations");
const ChatPage = page(() => import("@/features/chat/ChatPage"), "chat");
const KnowledgePage = page(() => import("@/features/knowledge/KnowledgePage"), "knowledge");
const InsightsPage = page(() => import("@/features/insights/InsightsPage"), "insights");
const WidgetChat = page(() => import("./WidgetChat"), "widget", "chat");

export function AppRoutes() {
  return (
    <Routes>
      <Route element={<WidgetShell />}>
        <Route path="widget" element={<WidgetChat />} />
      </Route>
      <Route element={<Shell />}>
        <Route element={<ForVisitors />}>
          <Route index element={<LandingPage />} />
          <Route path="sign-in" element={<SignInPage />} />
          <Route path="register" element={<RegisterPage />} />
        </Route>
        <Route path="sign-in/return" element={<ReturnPage />} />
        <Route element={<SignedIn />}>
          <Route path="chat" element={<ChatWorkspace />}>
            <Route path=":conversationId?" element={<ChatPage />} />
          </Route>
          <Route path="account" element={<AccountPage />} />
          <Route element={<ForRole least="curator" />}>
            <Route path="knowledge/*" element={<KnowledgePage />} />
            <Route path="insights/*" element={<InsightsPage />} />
          </Route>
        </Route>
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
