package dev.tercet.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MachineProbeTest {
    @Test
    void theFmaPeakIsThatOfAProcessor() {
        double peak = MachineProbe.fmaPeak(1, 0.3);
        assertTrue(peak > 0.01 && peak < 2000, peak + " GFLOP/s");
    }

    @Test
    void memoryIsReadByAllThreadsTogether() {
        double bandwidth = MachineProbe.readBandwidth(2, 0.3);
        assertTrue(bandwidth > 0.01 && bandwidth < 5000, bandwidth + " GB/s");
    }
}
