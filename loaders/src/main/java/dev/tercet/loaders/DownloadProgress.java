package dev.tercet.loaders;

/**
 * How far a download is.
 *
 * @param model the model's id
 * @param file the file in work
 * @param number which of the files this is, from 1
 * @param files how many files there are
 * @param fileBytes bytes of the file that are there
 * @param fileSize bytes of the whole file, or -1 when the server does not say
 * @param bytes bytes that are there of all files
 * @param size bytes of all files, those without a known size left out
 */
public record DownloadProgress(
        String model, String file, int number, int files, long fileBytes, long fileSize, long bytes, long size) {}
