/* A sound card for machines without one, as a plugin of ALSA: it takes one rate and one number of channels
 * only, and one program at a time. Who locks the file LOCK.c holds its microphone; that hears 440 Hz.
 *
 *   pcm_type.stubborn { lib "/…/stubborn.so" }
 *   pcm.NAME { type stubborn lock "/…/LOCK" rate 48000 channels 2 hint { show on description "NAME" } }
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <sys/file.h>
#include <sys/timerfd.h>
#include <math.h>

struct card {
    snd_pcm_ioplug_t io;
    int lock;
    snd_pcm_uframes_t given;
    struct timespec begun;
};

static int card_start(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    struct itimerspec every = {{0, 5000000}, {0, 5000000}};
    clock_gettime(CLOCK_MONOTONIC, &card->begun);
    return timerfd_settime(io->poll_fd, 0, &every, NULL);
}

static int card_stop(snd_pcm_ioplug_t *io)
{
    struct itimerspec never = {{0, 0}, {0, 0}};
    return timerfd_settime(io->poll_fd, 0, &never, NULL);
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = now.tv_sec - card->begun.tv_sec + (now.tv_nsec - card->begun.tv_nsec) / 1e9;
    return (snd_pcm_uframes_t)(seconds * io->rate) % io->buffer_size;
}

static snd_pcm_sframes_t card_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                       snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
    struct card *card = io->private_data;
    if (io->stream == SND_PCM_STREAM_PLAYBACK)
        return size;
    for (snd_pcm_uframes_t at = 0; at < size; at++, card->given++)
        for (unsigned int channel = 0; channel < io->channels; channel++) {
            const snd_pcm_channel_area_t *area = &areas[channel];
            char *sample = (char *)area->addr + (area->first + (offset + at) * area->step) / 8;
            *(int16_t *)sample = (int16_t)(8000 * sin(2 * M_PI * 440 * card->given / io->rate));
        }
    return size;
}

static int card_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int count, unsigned short *revents)
{
    uint64_t ticks;
    (void)!read(io->poll_fd, &ticks, sizeof ticks);
    *revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
    return 0;
}

static int card_close(snd_pcm_ioplug_t *io)
{
    struct card *card = io->private_data;
    close(io->poll_fd);
    close(card->lock);
    free(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = card_start, .stop = card_stop, .pointer = card_pointer, .transfer = card_transfer,
    .poll_revents = card_revents, .close = card_close,
};

SND_PCM_PLUGIN_DEFINE_FUNC(stubborn)
{
    const char *lock = NULL;
    long rate = 48000, channels = 2;
    snd_config_iterator_t at, next;
    snd_config_for_each(at, next, conf) {
        snd_config_t *entry = snd_config_iterator_entry(at);
        const char *id;
        if (snd_config_get_id(entry, &id) < 0)
            continue;
        if (!strcmp(id, "lock"))
            snd_config_get_string(entry, &lock);
        if (!strcmp(id, "rate"))
            snd_config_get_integer(entry, &rate);
        if (!strcmp(id, "channels"))
            snd_config_get_integer(entry, &channels);
    }
    if (!lock)
        return -EINVAL;
    char path[500];
    snprintf(path, sizeof path, "%s.%s", lock, stream == SND_PCM_STREAM_PLAYBACK ? "p" : "c");
    int held = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (held < 0)
        return -errno;
    if (flock(held, LOCK_EX | LOCK_NB)) {
        close(held);
        return -EBUSY;
    }
    struct card *card = calloc(1, sizeof *card);
    if (!card) {
        close(held);
        return -ENOMEM;
    }
    card->lock = held;
    card->io.version = SND_PCM_IOPLUG_VERSION;
    card->io.name = "stubborn card";
    card->io.callback = &callbacks;
    card->io.private_data = card;
    card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    card->io.poll_events = POLLIN;
    int error = snd_pcm_ioplug_create(&card->io, name, stream, mode);
    if (error < 0)
        return error;
    static const unsigned int access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
    static const unsigned int format[] = {SND_PCM_FORMAT_S16_LE};
    snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
    snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
    snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
    snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_CHANNELS, channels, channels);
    snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 256, 65536);
    snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_PERIODS, 2, 32);
    *pcmp = card->io.pcm;
    return 0;
}
SND_PCM_PLUGIN_SYMBOL(stubborn);
