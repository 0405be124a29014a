package dev.tercet.launcher;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** An installed Java, known by its {@code release} file, which every JDK since 9 has. */
final class JavaHome {
    private final File folder;
    private final int version;
    private final String runtimeVersion;
    private final boolean vectorModule;

    private JavaHome(File folder, int version, String runtimeVersion, boolean vectorModule) {
        this.folder = folder;
        this.version = version;
        this.runtimeVersion = runtimeVersion;
        this.vectorModule = vectorModule;
    }

    /** The Java in a folder, or null when there is none. */
    static JavaHome at(File folder) {
        int version = 0;
        String runtimeVersion = "";
        boolean vectorModule = false;
        try (BufferedReader release =
                Files.newBufferedReader(new File(folder, "release").toPath(), StandardCharsets.ISO_8859_1)) {
            for (String line = release.readLine(); line != null; line = release.readLine()) {
                if (line.startsWith("JAVA_VERSION=")) {
                    version = feature(line.substring(line.indexOf('=') + 1).replace("\"", ""));
                } else if (line.startsWith("JAVA_RUNTIME_VERSION=")) {
                    runtimeVersion = line.substring(line.indexOf('=') + 1).replace("\"", "");
                } else if (line.startsWith("MODULES=")) {
                    vectorModule = (" " + line.substring(8).replace('"', ' ') + " ")
                            .contains(" " + Launcher.VECTOR_MODULE + " ");
                }
            }
        } catch (IOException e) {
            return null;
        }
        JavaHome home = new JavaHome(folder, version, runtimeVersion, vectorModule);
        return home.executable().canExecute() ? home : null;
    }

    /** "25.0.3" is 25; "1.8.0_402" is 1, which is old enough. */
    private static int feature(String version) {
        int end = 0;
        while (end < version.length() && Character.isDigit(version.charAt(end))) {
            end++;
        }
        return end == 0 || end > 6 ? 0 : Integer.parseInt(version.substring(0, end));
    }

    int version() {
        return version;
    }

    /** As in {@code 25.0.3+9-LTS}; empty where the {@code release} file does not say. */
    String runtimeVersion() {
        return runtimeVersion;
    }

    boolean hasVectorModule() {
        return vectorModule;
    }

    File executable() {
        String name = File.separatorChar == '\\' ? "java.exe" : "java";
        return new File(new File(folder, "bin"), name);
    }

    @Override
    public String toString() {
        return folder + " (Java " + version + (vectorModule ? ")" : ", without " + Launcher.VECTOR_MODULE + ")");
    }
}
