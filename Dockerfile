# gipr-ml: the service, its workers and every command.   docker build -t gipr-ml .
FROM python:3.11.14-slim-bookworm

WORKDIR /opt/gipr
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY gipr_ml gipr_ml
COPY models models
COPY training_data training_data
RUN pip install --no-cache-dir -c constraints.txt . \
    && useradd --create-home --uid 10001 gipr \
    && install -d -o gipr /data

USER gipr
ENV GIPR_DATA=/data GIPR_TRAINING_DATA=/opt/gipr/training_data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["gipr"]
CMD ["serve", "--host", "0.0.0.0"]
