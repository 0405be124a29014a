package dev.tercet.demos;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether this JVM keeps its heap, and with it the weights, in huge pages. Where weights come from memory they may help
 * (docs/performance.md); many rows and a single run from a cold start gain nothing, so nobody asks for them but the
 * user.
 */
enum HugePages {
    USED("used"),
    ON_REQUEST("not used; large translators may gain by " + HugePages.VARIABLE + "=" + HugePages.FLAG),
    REFUSED("not used: this system gives none (" + HugePages.SETTING + " says never)"),
    UNKNOWN("not used, as far as can be seen");

    private static final String VARIABLE = "TERCET_JAVA_OPTS";
    private static final String FLAG = "-XX:+UseTransparentHugePages";

    /** Of Linux; for example {@code always [madvise] never}, the choice in brackets. */
    private static final String SETTING = "/sys/kernel/mm/transparent_hugepage/enabled";

    private static final List<String> OPTIONS = List.of("UseTransparentHugePages", "UseLargePages");

    private final String words;

    HugePages(String words) {
        this.words = words;
    }

    /** Those of this JVM. */
    static HugePages ofThisJvm() {
        return of(OPTIONS.stream().anyMatch(HugePages::isOn), setting());
    }

    /**
     * @param asked whether the JVM asks for them
     * @param setting of the system, empty when it has none
     */
    static HugePages of(boolean asked, String setting) {
        if (setting.contains("[never]")) {
            return REFUSED;
        }
        if (asked || setting.contains("[always]")) {
            return USED;
        }
        return setting.contains("[madvise]") ? ON_REQUEST : UNKNOWN;
    }

    private static boolean isOn(String option) {
        HotSpotDiagnosticMXBean hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (hotSpot == null) {
            return false; // another JVM
        }
        try {
            return Boolean.parseBoolean(hotSpot.getVMOption(option).getValue());
        } catch (IllegalArgumentException e) {
            return false; // an option of other systems
        }
    }

    private static String setting() {
        try {
            return Files.readString(Path.of(SETTING));
        } catch (IOException e) {
            return ""; // no Linux, or one built without them
        }
    }

    @Override
    public String toString() {
        return words;
    }
}
