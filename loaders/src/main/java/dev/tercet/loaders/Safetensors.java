package dev.tercet.loaders;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file: the length of the header as a little-endian u64, the header (a JSON object of name → dtype, shape
 * and data_offsets, beside {@code __metadata__}), the data. Tensors are slices of the segment, which usually is a
 * mapping, so reading costs the header alone. The data begins wherever the header ends and is aligned to nothing.
 *
 * <p>Checked, as the format demands: the length of the header against the file and against 100 MB, strict UTF-8 and
 * JSON, no name twice, every dtype known, shape × dtype = bytes without overflow, and the data of all tensors together
 * covering the rest of the file without hole or overlap.
 */
public final class Safetensors {
    static final long MAX_HEADER_BYTES = 100_000_000;

    /** More dimensions than any tensor has: keeps a hostile header from costing more memory than its size. */
    private static final int MAX_DIMENSIONS = 32;

    /** Far more than any checkpoint has, for the same reason. */
    private static final int MAX_TENSORS = 1 << 18;

    private static final int MAX_METADATA = 1 << 16;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(16).build())
            .build();

    private final Map<String, Tensor> tensors;
    private final Map<String, String> metadata;

    private Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /**
     * Reads the header.
     *
     * @param file the whole file
     * @param name the file's name for messages
     * @throws InvalidModelException when a rule of the format is broken
     */
    public static Safetensors read(MemorySegment file, String name) {
        if (file.byteSize() < Long.BYTES) {
            throw corrupt(name, "it has " + file.byteSize() + " bytes, expected at least the 8 of the header's length");
        }
        long headerBytes = file.get(Tensor.B64, 0);
        long available = file.byteSize() - Long.BYTES;
        if (headerBytes < 0 || headerBytes > available) {
            throw corrupt(
                    name,
                    "its header claims " + Long.toUnsignedString(headerBytes) + " bytes, the file has " + available
                            + " after the length");
        }
        if (headerBytes > MAX_HEADER_BYTES) {
            throw corrupt(name, "its header has " + headerBytes + " bytes, at most " + MAX_HEADER_BYTES + " expected");
        }
        byte[] header = file.asSlice(Long.BYTES, headerBytes).toArray(JAVA_BYTE);
        if (header.length == 0 || header[0] != '{') {
            throw corrupt(name, "its header does not begin with {");
        }
        return new Header(name, file.asSlice(Long.BYTES + headerBytes)).parse(header);
    }

    /** All tensors by name in the order of the header. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The strings of {@code __metadata__}; empty when there is none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    private static InvalidModelException corrupt(String file, String what) {
        return new InvalidModelException(
                file + ": corrupt safetensors: " + Messages.oneLine(what) + "; fetch the file again");
    }

    /** One pass over the header. */
    private static final class Header {
        private final String file;
        private final MemorySegment data;
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private final Map<String, Long> begins = new LinkedHashMap<>();
        private Map<String, String> metadata;

        Header(String file, MemorySegment data) {
            this.file = file;
            this.data = data;
        }

        Safetensors parse(byte[] header) {
            var strict = StandardCharsets.UTF_8.newDecoder();
            try (var reader = new InputStreamReader(new ByteArrayInputStream(header), strict);
                    JsonParser parser = FACTORY.createParser(reader)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    if (name.equals("__metadata__")) {
                        readMetadata(parser);
                    } else {
                        readTensor(parser, name);
                    }
                }
                if (parser.nextToken() != null) throw broken("header", "more after its JSON object");
            } catch (CharacterCodingException _) {
                throw broken("header", "not valid UTF-8");
            } catch (JsonParseException e) {
                throw broken(
                        "header",
                        "not JSON at character " + e.getLocation().getCharOffset() + ": " + e.getOriginalMessage());
            } catch (IOException e) {
                throw broken("header", String.valueOf(e.getMessage()));
            }
            checkCoverage();
            return new Safetensors(tensors, metadata == null ? Map.of() : metadata);
        }

        private void readMetadata(JsonParser parser) throws IOException {
            if (metadata != null) throw broken("__metadata__", "there twice");
            metadata = new LinkedHashMap<>();
            expect(parser, JsonToken.START_OBJECT, "__metadata__", "an object of strings");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                parser.nextToken();
                expect(parser, JsonToken.VALUE_STRING, "__metadata__", "an object of strings");
                if (metadata.size() == MAX_METADATA)
                    throw broken("__metadata__", "more than " + MAX_METADATA + " strings");
                if (metadata.putIfAbsent(key, parser.getText()) != null) {
                    throw broken("__metadata__", key + " there twice");
                }
            }
        }

        private void readTensor(JsonParser parser, String name) throws IOException {
            expect(parser, JsonToken.START_OBJECT, name, "an object with dtype, shape and data_offsets");
            DType dtype = null;
            long[] shape = null;
            long[] offsets = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "dtype" -> {
                        refuseTwice(dtype, name, field);
                        dtype = readDType(parser, name);
                    }
                    case "shape" -> {
                        refuseTwice(shape, name, field);
                        shape = readNumbers(parser, name, field);
                    }
                    case "data_offsets" -> {
                        refuseTwice(offsets, name, field);
                        offsets = readNumbers(parser, name, field);
                    }
                    default ->
                        parser.skipChildren(); // other fields mean nothing to the reference implementation either
                }
            }
            if (dtype == null || shape == null || offsets == null) {
                throw broken(name, "it lacks " + (dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
            }
            if (tensors.size() == MAX_TENSORS) throw broken("header", "more than " + MAX_TENSORS + " tensors");
            MemorySegment slice = slice(name, dtype, shape, offsets);
            if (tensors.putIfAbsent(name, new Tensor(name, dtype, shape, slice)) != null) {
                throw broken(name, "there twice");
            }
            begins.put(name, offsets[0]);
        }

        private DType readDType(JsonParser parser, String name) throws IOException {
            expect(parser, JsonToken.VALUE_STRING, name, "a string as dtype");
            DType dtype = DType.named(parser.getText());
            if (dtype != null) return dtype;
            throw new InvalidModelException(file + ": " + Messages.oneLine(name) + " has dtype "
                    + Messages.oneLine(parser.getText()) + ", which is not read; expected one of "
                    + Arrays.toString(DType.values()));
        }

        private long[] readNumbers(JsonParser parser, String name, String field) throws IOException {
            expect(parser, JsonToken.START_ARRAY, name, "an array as " + field);
            long[] numbers = new long[4];
            int n = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser, JsonToken.VALUE_NUMBER_INT, name, "whole numbers in " + field);
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                    throw broken(name, field + " has " + parser.getText() + ", expected 0 to 2^63 - 1");
                }
                if (n == MAX_DIMENSIONS) throw broken(name, field + " has more than " + n + " numbers");
                if (n == numbers.length) numbers = Arrays.copyOf(numbers, 2 * n);
                numbers[n++] = parser.getLongValue();
            }
            return Arrays.copyOf(numbers, n);
        }

        private MemorySegment slice(String name, DType dtype, long[] shape, long[] offsets) {
            if (offsets.length != 2) throw broken(name, offsets.length + " data_offsets, expected 2");
            long begin = offsets[0];
            long end = offsets[1];
            if (begin > end || end > data.byteSize()) {
                throw broken(
                        name,
                        "data_offsets " + Arrays.toString(offsets) + " do not lie in the " + data.byteSize()
                                + " bytes of data");
            }
            long elements = Tensor.elements(shape);
            // Compared by division, so that nothing overflows.
            if (elements < 0 || (end - begin) % dtype.bytes() != 0 || elements != (end - begin) / dtype.bytes()) {
                throw broken(
                        name,
                        "shape " + Arrays.toString(shape) + " of " + dtype + " does not fill the " + (end - begin)
                                + " bytes of its data_offsets");
            }
            return data.asSlice(begin, end - begin);
        }

        /** Ordered by offset, each tensor begins where the one before ends, and the last ends with the file. */
        private void checkCoverage() {
            List<Map.Entry<String, Long>> ordered = begins.entrySet().stream()
                    .sorted(Comparator.comparing((Map.Entry<String, Long> entry) -> entry.getValue())
                            .thenComparing(
                                    entry -> tensors.get(entry.getKey()).data().byteSize()))
                    .toList();
            long covered = 0;
            for (var entry : ordered) {
                long begin = entry.getValue();
                if (begin != covered) {
                    String what = begin < covered ? "it overlaps the tensor before it" : "there is a hole before it";
                    throw broken(
                            entry.getKey(), what + ": it begins at " + begin + ", the data so far ends at " + covered);
                }
                covered += tensors.get(entry.getKey()).data().byteSize();
            }
            if (covered != data.byteSize()) {
                throw broken("data", (data.byteSize() - covered) + " bytes after the last tensor belong to none");
            }
        }

        private void refuseTwice(Object before, String name, String field) {
            if (before != null) throw broken(name, field + " is there twice");
        }

        private void expect(JsonParser parser, JsonToken token, String name, String expected) {
            if (parser.currentToken() != token) {
                throw broken(name, "found " + parser.currentToken() + ", expected " + expected);
            }
        }

        private InvalidModelException broken(String where, String what) {
            return corrupt(file, Messages.oneLine(where) + ": " + what);
        }
    }
}
