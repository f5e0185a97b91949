"""Rules for passwords, in the portal's words."""

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
)


class PasswordLengthValidator(MinimumLengthValidator):
    """The framework's rule; its own refusal has no Chinese translation."""

    def get_error_message(self) -> str:
        """Say how long the password must be."""
        return f"密码太短，至少要有 {self.min_length} 个字符。"

    def get_help_text(self) -> str:
        """Say how long the password must be."""
        return f"至少 {self.min_length} 个字符，宜用几个不相干的词加数字。"


class PasswordSimilarityValidator(UserAttributeSimilarityValidator):
    """The framework's rule."""

    def get_help_text(self) -> str:
        """Say what it must not resemble."""
        return "不能与您的姓名、邮箱相近。"


class PasswordCommonValidator(CommonPasswordValidator):
    """The framework's rule."""

    def get_help_text(self) -> str:
        """Say what it must not be."""
        return "不能是常见的密码。"


class PasswordNumericValidator(NumericPasswordValidator):
    """The framework's rule."""

    def get_help_text(self) -> str:
        """Say what it must not be."""
        return "不能全是数字。"
