/** The command line, the tour and the launcher that finds a JDK for them. */
module dev.tercet.demos {
    requires com.fasterxml.jackson.core;
    requires dev.tercet.engine;
    requires info.picocli;
    requires java.management;
    requires jdk.management;

    opens dev.tercet.demos to
            info.picocli;
}
