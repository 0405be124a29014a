package dev.tercet.demos;

import dev.tercet.loaders.DownloadListener;
import dev.tercet.loaders.DownloadProgress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Shows a download: a bar at a terminal, elsewhere one line when it begins. */
final class DownloadProgressLine implements DownloadListener {
    private final PrintStream err;
    private final Progress bar;
    private final boolean quiet;
    private boolean announced;

    DownloadProgressLine(Streams streams, boolean quiet) {
        this.err = streams.err();
        this.quiet = quiet;
        this.bar = new Progress(streams.errTerminal() && !quiet ? streams.err() : null, "bytes");
    }

    @Override
    public void progress(DownloadProgress progress) {
        if (!announced && !quiet) {
            err.println("fetching " + progress.model() + " from the Hub");
        }
        announced = true;
        double fraction = progress.size() > 0 ? (double) progress.bytes() / progress.size() : 0;
        bar.show(Progress.bar(Math.min(1, fraction))
                + String.format(
                        Locale.ROOT,
                        "%s of %s  %s",
                        ModelsCommand.size(progress.bytes()),
                        ModelsCommand.size(progress.size()),
                        progress.file()));
        if (progress.number() == progress.files() && progress.fileBytes() == progress.fileSize()) {
            bar.close();
        }
    }

    @Override
    public void pause(String reason, Duration pause) {
        if (!quiet) {
            err.println(reason + "; going on in " + Math.max(1, pause.toSeconds()) + " s");
        }
    }
}
