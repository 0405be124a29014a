"""Checks that Tercet and huggingface_hub can use each other's cache.

    python hub_cache.py MODEL_FOLDER java -jar demos/target/tercet.jar

A server on the loopback interface serves MODEL_FOLDER as the Hub serves the model oracle/model: small files through a
relative redirect, large ones from a storage on another port. Then
 1. `COMMAND models pull oracle/model` fills an empty cache, and huggingface_hub reads every file out of it, offline;
 2. huggingface_hub fills another cache, and `COMMAND models info oracle/model --offline` and
    `COMMAND models pull oracle/model` find nothing missing there;
 3. huggingface_hub, online, finds nothing to fetch in the cache that Tercet filled.
Ends with exit code 0 when all of it holds.
"""

import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

MODEL = "oracle/model"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 1 << 20


class ModelFile:
    def __init__(self, path):
        self.content = path.read_bytes()
        self.size = len(self.content)
        self.large = self.size >= LARGE
        header = b"" if self.large else b"blob %d\0" % self.size
        self.etag = (hashlib.sha256 if self.large else hashlib.sha1)(header + self.content).hexdigest()


def serve(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def start_hub(files, asked):
    """Starts both servers; `asked` collects the requests for content."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def reply(self, status, headers, body=b""):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 200 or self.command != "HEAD":
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def reply_content(self, file):
            if self.command == "GET":
                asked.append(self.path)
            headers = {"ETag": f'"{file.etag}"', "Accept-Ranges": "bytes", "X-Repo-Commit": COMMIT}
            if self.command == "HEAD":
                headers["Content-Length"] = str(file.size)
            self.reply(200, headers, file.content)

        def do_HEAD(self):
            self.do_GET()

    class Storage(Handler):
        def do_GET(self):
            self.reply_content(files[urllib.parse.urlsplit(self.path).path[1:]])

    storage = serve(Storage)

    class Hub(Handler):
        def do_GET(self):
            path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
            api = f"/api/models/{MODEL}"
            if path in (f"{api}/revision/main", f"{api}/revision/{COMMIT}", api):
                siblings = [{"rfilename": name} for name in sorted(files)]
                model = {"id": MODEL, "sha": COMMIT, "private": False, "gated": False, "siblings": siblings}
                self.reply(200, {"Content-Type": "application/json"}, json.dumps(model).encode())
            elif path.startswith(f"{api}/tree/"):
                self.reply(200, {"Content-Type": "application/json"}, json.dumps(tree(files)).encode())
            elif path.startswith("/api/resolve-cache/"):
                self.reply_content(files[path.removeprefix("/api/resolve-cache/")])
            else:
                self.resolve(path.partition("/resolve/")[2].partition("/")[2])

        def resolve(self, name):
            if name not in files:
                self.reply(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
                return
            file = files[name]
            target = f"{storage}/{name}?Signature=s" if file.large else f"/api/resolve-cache/{name}"
            self.reply(302 if file.large else 307, {
                "Location": target,
                "X-Repo-Commit": COMMIT,
                "X-Linked-Size": str(file.size),
                "X-Linked-Etag": f'"{file.etag}"',
            })

    return serve(Hub)


def tree(files):
    entries = []
    for name, file in sorted(files.items()):
        entry = {"type": "file", "path": name, "size": file.size, "oid": file.etag[:40]}
        if file.large:
            entry["lfs"] = {"oid": file.etag, "size": file.size, "pointerSize": 134}
        entries.append(entry)
    return entries


def tercet(command, environment, *arguments):
    done = subprocess.run([*command, *arguments], env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


PYTHON_READS = """
import huggingface_hub, json, os, sys
model, local, names = sys.argv[1], sys.argv[2] == "local", json.loads(sys.argv[3])
folder = huggingface_hub.snapshot_download(model, local_files_only=local, allow_patterns=names or None)
paths = {name: huggingface_hub.hf_hub_download(model, name, local_files_only=local) for name in names}
missing = [name for name in names if not isinstance(huggingface_hub.try_to_load_from_cache(model, name), str)]
repos = {repo.repo_id: repo.size_on_disk for repo in huggingface_hub.scan_cache_dir().repos}
warnings = [str(warning) for warning in huggingface_hub.scan_cache_dir().warnings]
print(json.dumps(dict(version=huggingface_hub.__version__, folder=folder, paths=paths, missing=missing, repos=repos,
                      warnings=warnings)))
"""


def python_reads(environment, names, local):
    """What huggingface_hub says, in a process of its own: it reads its environment once."""
    arguments = [sys.executable, "-c", PYTHON_READS, MODEL, "local" if local else "online", json.dumps(names)]
    done = subprocess.run(arguments, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def require(condition, what):
    if not condition:
        raise SystemExit("FAILED: " + what)
    print("ok:", what)


def main():
    source, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
    files = {
        path.relative_to(source).as_posix(): ModelFile(path)
        for path in source.rglob("*")
        if path.is_file() and ".cache" not in path.parts
    }
    asked = []
    hub = start_hub(files, asked)
    work = pathlib.Path(tempfile.mkdtemp(prefix="tercet-hub-"))
    try:
        ours = {"HF_ENDPOINT": hub, "HF_HUB_CACHE": str(work / "ours"), "HF_HUB_OFFLINE": "0", "no_proxy": "*"}
        tercet(command, ours, "models", "pull", MODEL)
        snapshot = work / "ours" / f"models--{MODEL.replace('/', '--')}" / "snapshots" / COMMIT
        pulled = sorted(path.relative_to(snapshot).as_posix() for path in snapshot.rglob("*") if path.is_file())
        print("pulled:", ", ".join(pulled))
        read = python_reads({**ours, "HF_HUB_OFFLINE": "1"}, pulled, local=True)
        print("huggingface_hub", read["version"])
        require(read["folder"] == str(snapshot), "huggingface_hub finds the snapshot that Tercet made, offline")
        require(not read["missing"], "and every file in it")
        same = all(pathlib.Path(read["paths"][name]).read_bytes() == files[name].content for name in pulled)
        require(same, "and every byte is as served")
        require(not read["warnings"] and MODEL in read["repos"], "and its scan of the cache has no complaint")
        asked.clear()
        python_reads(ours, pulled, local=False)
        require(not asked, "online it finds nothing to fetch again")

        theirs = {**ours, "HF_HUB_CACHE": str(work / "theirs")}
        python_reads(theirs, pulled, local=False)
        require(bool(asked), "huggingface_hub fills a cache of its own")
        asked.clear()
        said = tercet(command, {**theirs, "HF_HUB_OFFLINE": "1"}, "models", "info", MODEL)
        require(MODEL in said, "Tercet finds that model, offline")
        tercet(command, theirs, "models", "pull", MODEL)
        require(not asked, "and has nothing to fetch")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
