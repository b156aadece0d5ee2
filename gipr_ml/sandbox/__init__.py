"""Work in a child process with limits on time and memory.

A `Sandbox` owns one child, which is replaced when it dies, hangs or grows: a document that crashes
its reader costs itself alone. Knows nothing of who asks, and where results go.
"""

from gipr_ml.sandbox.messages import Answer, Call
from gipr_ml.sandbox.parent import Limits, Sandbox

__all__ = ["Answer", "Call", "Limits", "Sandbox"]
