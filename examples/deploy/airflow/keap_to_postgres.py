"""Keap into Postgres, twice a day: load, then check. For Airflow 2.7 and later; PATH of the workers has both programs."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash import BashOperator

# Both programs read TAP_KEAP_API_KEY and DATABASE_URL from the workers' environment, or from a secrets backend.
with DAG(
    dag_id="keap_to_postgres",
    schedule="17 5,17 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # One at a time.
    max_active_runs=1,
    default_args={"retries": 0, "execution_timeout": timedelta(hours=10)},
) as dag:
    home = os.environ.get("KEAP_HOME", "/var/lib/keap")

    load = BashOperator(
        task_id="load",
        cwd=home,
        bash_command="""
            set -euo pipefail
            target-postgres state > state.json
            tap-keap --state state.json | target-postgres > last-state.json
        """,
        # "Not now": the task is skipped, and the next run goes on from there.
        skip_on_exit_code=3,
        append_env=True,
    )
    check = BashOperator(
        task_id="check",
        cwd=home,
        bash_command="target-postgres check",
        append_env=True,
    )
    load >> check
