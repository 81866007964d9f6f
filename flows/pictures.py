"""What administrators see in Prefect besides runs: a page for each case, and one for the whole office."""

from prefect.artifacts import create_markdown_artifact

from tasks.case_page import case_page


def draw_case(number: str) -> None:
    """Publish a case's page: its path so far, and who must act by when."""
    key, markdown = case_page(number)
    create_markdown_artifact(key=key, markdown=markdown, description=number)
