"""Rules for passwords, in Chinese."""

from django.contrib.auth.password_validation import MinimumLengthValidator


class PasswordLengthValidator(MinimumLengthValidator):
    """The framework's rule; its own refusal has no Chinese translation."""

    def get_error_message(self) -> str:
        """Say how long the password must be."""
        return f"密码太短，至少要有 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """Say how long the password must be."""
        return f"至少 {self.min_length} 个字符，宜用几个不相干的词加数字。"
