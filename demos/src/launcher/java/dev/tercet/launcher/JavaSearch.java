package dev.tercet.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for a JDK that can run the command: {@code TERCET_JAVA_HOME}, {@code JAVA_HOME}, the Maven toolchains, the
 * {@code PATH}, then the folders where systems, installers and version managers put JDKs.
 */
final class JavaSearch {
    private static final String OWN_VARIABLE = "TERCET_JAVA_HOME";

    /** Folders of JDKs; a star stands for every folder there. */
    private static final String[] SYSTEM_FOLDERS = {
        "usr/lib/jvm/*",
        "usr/lib64/jvm/*",
        "usr/java/*",
        "usr/local/java/*",
        "opt/java/*",
        "opt/jdk*",
        "opt/*jdk*",
        "usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
        "opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
        "Library/Java/JavaVirtualMachines/*/Contents/Home",
        "Program Files/Java/*",
        "Program Files/Eclipse Adoptium/*",
        "Program Files/Microsoft/*",
        "Program Files/Zulu/*",
        "Program Files/Amazon Corretto/*",
        "Program Files/BellSoft/*",
    };

    private static final String[] USER_FOLDERS = {
        ".sdkman/candidates/java/*",
        ".jenv/versions/*",
        ".jdks/*",
        ".asdf/installs/java/*",
        ".local/share/mise/installs/java/*",
        ".gradle/jdks/*",
        "Library/Java/JavaVirtualMachines/*/Contents/Home",
    };

    private static final Pattern JDK_HOME = Pattern.compile("<jdkHome>\\s*([^<]*?)\\s*</jdkHome>");

    private final Map<String, String> environment;
    private final File userHome;
    private final File root;
    private final List<String> seen = new ArrayList<>();

    /** @param root the folder that system folders are looked for in: the root of the file system */
    JavaSearch(Map<String, String> environment, File userHome, File root) {
        this.environment = environment;
        this.userHome = userHome;
        this.root = root;
    }

    /**
     * The JDK to use, or null. {@code TERCET_JAVA_HOME} decides alone when it is set; among the others the first place
     * that has one wins, and there the lowest version that is high enough.
     */
    JavaHome find() {
        String own = environment.get(OWN_VARIABLE);
        if (own != null && !own.isEmpty()) {
            return best(List.of(new File(own)));
        }
        for (List<File> place : places()) {
            JavaHome java = best(place);
            if (java != null) {
                return java;
            }
        }
        return null;
    }

    private List<List<File>> places() {
        List<List<File>> places = new ArrayList<>();
        String javaHome = environment.get("JAVA_HOME");
        if (javaHome != null && !javaHome.isEmpty()) {
            places.add(List.of(new File(javaHome)));
        }
        places.add(toolchains());
        places.add(path());
        places.add(folders(root, SYSTEM_FOLDERS));
        places.add(folders(userHome, USER_FOLDERS));
        return places;
    }

    private JavaHome best(List<File> folders) {
        JavaHome best = null;
        for (File folder : folders) {
            JavaHome java = JavaHome.at(folder);
            if (java != null && !seen.contains(java.toString())) {
                seen.add(java.toString());
            }
            if (java != null
                    && java.version() >= Launcher.NEEDED
                    && java.hasVectorModule()
                    && (best == null || java.version() < best.version())) {
                best = java;
            }
        }
        return best;
    }

    private List<File> toolchains() {
        List<File> homes = new ArrayList<>();
        File file = new File(userHome, ".m2/toolchains.xml");
        try {
            Matcher home = JDK_HOME.matcher(Files.readString(file.toPath(), StandardCharsets.UTF_8));
            while (home.find()) {
                homes.add(new File(home.group(1)));
            }
        } catch (IOException e) {
            return homes; // no such file: nothing was configured
        }
        return homes;
    }

    private List<File> path() {
        List<File> homes = new ArrayList<>();
        String path = environment.getOrDefault("PATH", "");
        for (String folder : path.split(Pattern.quote(File.pathSeparator))) {
            File java = new File(folder, "java");
            try {
                if (!folder.isEmpty() && java.isFile()) {
                    homes.add(java.getCanonicalFile().getParentFile().getParentFile());
                }
            } catch (IOException e) {
                continue; // a link that leads nowhere
            }
        }
        return homes;
    }

    private static List<File> folders(File root, String[] patterns) {
        List<File> found = new ArrayList<>();
        for (String pattern : patterns) {
            List<File> level = List.of(root);
            for (String name : pattern.split("/")) {
                List<File> next = new ArrayList<>();
                for (File folder : level) {
                    addMatches(folder, name, next);
                }
                level = next;
            }
            found.addAll(level);
        }
        return found;
    }

    private static void addMatches(File folder, String name, List<File> matches) {
        if (name.indexOf('*') < 0) {
            matches.add(new File(folder, name));
            return;
        }
        String[] entries = folder.list();
        if (entries == null) {
            return;
        }
        Arrays.sort(entries);
        String pattern = "\\Q" + name.replace("*", "\\E.*\\Q") + "\\E";
        for (String entry : entries) {
            if (entry.matches(pattern)) {
                matches.add(new File(folder, entry));
            }
        }
    }

    /** After {@link #find} returned null: what is missing, what was found instead, and the remedy. */
    String whatIsMissing() {
        String needed = "Tercet needs a JDK " + Launcher.NEEDED + " or later with the module " + Launcher.VECTOR_MODULE;
        String own = environment.get(OWN_VARIABLE);
        if (own != null && !own.isEmpty()) {
            String there = seen.isEmpty() ? own + " holds no JDK" : "there is " + seen.get(0);
            return needed + ". " + OWN_VARIABLE + " is set to " + own + ", but " + there + ".";
        }
        return needed + "; this is Java " + Runtime.version().feature() + ", found: "
                + (seen.isEmpty() ? "none" : String.join(", ", seen)) + "." + System.lineSeparator()
                + "Install JDK " + Launcher.NEEDED + ", or set " + OWN_VARIABLE + " to its folder.";
    }
}
