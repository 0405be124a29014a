package dev.tercet.demos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HugePagesTest {
    @Test
    void aSystemThatGivesThemOnRequestGivesThemToWhoAsks() {
        assertEquals(HugePages.ON_REQUEST, HugePages.of(false, "always [madvise] never\n"));
        assertEquals(HugePages.USED, HugePages.of(true, "always [madvise] never\n"));
    }

    @Test
    void aSystemThatAlwaysGivesThemNeedsNoRequest() {
        assertEquals(HugePages.USED, HugePages.of(false, "[always] madvise never\n"));
    }

    @Test
    void aSystemThatNeverGivesThemRefusesThem() {
        assertEquals(HugePages.REFUSED, HugePages.of(true, "always madvise [never]\n"));
    }

    @Test
    void withoutASettingOnlyTheOptionOfTheJvmTells() {
        assertEquals(HugePages.UNKNOWN, HugePages.of(false, ""));
        assertEquals(HugePages.USED, HugePages.of(true, ""));
    }
}
