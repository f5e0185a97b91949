"""How a notice's stored file stands against the hash noted when it was printed."""

from django.db import models


class FileState(models.TextChoices):
    INTACT = "intact", "存档文件完整"
    PENDING = "pending", "正在制作"
    CHANGED = "changed", "存档文件与登记的哈希值不一致"
    MISSING = "missing", "存档文件缺失"
