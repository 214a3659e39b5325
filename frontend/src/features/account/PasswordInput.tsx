import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/shared/ui/IconButton";
import { TextInput, type TextInputProps } from "@/shared/ui/TextInput";

export function PasswordInput(props: TextInputProps) {
  const { t } = useTranslation("account");
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <span className="relative block">
      <TextInput {...props} type={shown ? "text" : "password"} className="pr-12" spellCheck={false} />
      <IconButton
        label={t(shown ? "hidePassword" : "showPassword")}
        icon={<Icon aria-hidden className="size-5" />}
        tooltip={false}
        onClick={() => setShown(!shown)}
        className="absolute top-0.5 right-0.5 pointer-coarse:top-0 pointer-coarse:right-0"
      />
    </span>
  );
}
