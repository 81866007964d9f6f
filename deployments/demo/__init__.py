"""The demo: a whole run of the system on the shipped sample or any file of messages, with people who are simulated."""

from deployments.demo.run import demo

__all__ = ["demo"]
