"""What can go wrong when we ask a model. None of it reaches a shopper: the built-in reader and the catalogue stand ready.

ModelFailed
├── ModelTooSlow       no answer within the time allowed
├── ModelUnavailable   refused to serve: 429, 5xx, no connection, wrong key
└── ModelAnswerBroken  answered, but not what was asked for: refusal, no JSON, an unknown word, far too much
"""


class ModelFailed(Exception):
    """The model gave no usable answer."""


class ModelTooSlow(ModelFailed):
    """The model did not answer in time."""


class ModelUnavailable(ModelFailed):
    """The model could not be asked."""


class ModelAnswerBroken(ModelFailed):
    """The model's answer does not have the shape asked for."""
