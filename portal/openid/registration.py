"""What the app registers: what follows a sign-in."""

from allauth.account.signals import user_logged_in

from portal.openid.services import after_sign_in

user_logged_in.connect(after_sign_in)
