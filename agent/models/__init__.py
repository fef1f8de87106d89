"""The only place that knows LangChain and hosted chat models."""
