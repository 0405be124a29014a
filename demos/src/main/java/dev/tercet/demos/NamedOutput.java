package dev.tercet.demos;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;

/** A buffered output whose failures say where they happened, and tell a reader who went away from a failure. */
final class NamedOutput extends OutputStream {
    private static final int BUFFER = 1 << 16;

    private final String name;
    private final OutputStream out;

    NamedOutput(String name, OutputStream out) {
        this.name = name;
        this.out = new BufferedOutputStream(out, BUFFER);
    }

    /** The reader of the results went away, as {@code head} does: no reason to complain, and none to go on. */
    static final class Closed extends IOException {
        @Serial
        private static final long serialVersionUID = 1;

        Closed(IOException cause) {
            super(cause);
        }
    }

    @Override
    public void write(int b) throws IOException {
        try {
            out.write(b);
        } catch (IOException e) {
            throw explained(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw explained(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw explained(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            out.close();
        } catch (IOException e) {
            throw explained(e);
        }
    }

    private IOException explained(IOException e) {
        String message = String.valueOf(e.getMessage());
        boolean closed = message.contains("Broken pipe") || message.contains("pipe is being closed");
        return closed ? new Closed(e) : new IOException(name + ": " + message, e);
    }
}
