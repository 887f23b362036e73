"""Mean waveforms of SpikeInterface: prints as JSON the CPU seconds that it took, and writes the means (units, samples, channels).

usage: spikeinterface_means.py RECORDING TIMES UNITS SECONDS none|highpass OUTPUT
"""
import json, resource, sys, warnings

warnings.simplefilter('ignore')
import numpy as np
import spikeinterface.core as core
import spikeinterface.preprocessing as preprocessing

recording, times, units, seconds, filtered, output = sys.argv[1:]
last = int(float(seconds) * 30000)
raw = core.BinaryRecordingExtractor(recording, 30000., 'int16', num_channels=385, gain_to_uV=2.34375, offset_to_uV=0)
raw = raw.select_channels(raw.channel_ids[:384]).frame_slice(0, last)
probe_positions = np.stack([np.tile([43., 11., 59., 27.], 96), 20. * (np.arange(384) // 2)], 1)
raw.set_dummy_probe_from_locations(probe_positions)
if filtered == 'highpass':
    raw = preprocessing.highpass_filter(raw, freq_min=300., filter_order=3, ftype='butter', dtype='float32')
spikes, labels = np.load(times).astype(np.int64), np.load(units).astype(np.int64)
inside = spikes < last - 1000
sorting = core.NumpySorting.from_samples_and_labels([spikes[inside]], [labels[inside]], 30000.)


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


before = cpu()
analyzer = core.create_sorting_analyzer(sorting, raw, sparse=False, format='memory', return_in_uV=True, n_jobs=1, progress_bar=False)
analyzer.compute('random_spikes', method='all')
analyzer.compute('templates', ms_before=20 / 30, ms_after=41 / 30, operators=['average'], n_jobs=1, progress_bar=False)
means = analyzer.get_extension('templates').get_data(operator='average')
taken = cpu() - before
np.save(output, means.astype(np.float32))
print(json.dumps({'cpuSeconds': taken, 'spikes': int(inside.sum()), 'units': [int(u) for u in analyzer.unit_ids]}))
