"""Options of InferenceCalculator: ``mediapipe.InferenceCalculatorOptions`` and its messages.

Delegates other than XNNPACK and TensorFlow Lite's own kernels are declared so that graphs which set them
can be read; what the calculators make of them is said there.
"""

from __future__ import annotations

from enum import IntEnum

from mpgraph.options import option, options
from mpgraph.packet_type import register_packet_type

__all__ = [
    "Delegate",
    "FeedbackTensorLink",
    "InferenceOptions",
    "InputOutputConfig",
    "TensorIndicesMap",
    "TensorNamesMap",
    "Xnnpack",
]

_NAME = "mediapipe.InferenceCalculatorOptions"


class DeviceType(IntEnum):
    """``Delegate.WebNn.DeviceType``."""

    DEFAULT_CPU = 0
    GPU = 1
    NPU = 2


class PowerPreference(IntEnum):
    """``Delegate.WebNn.PowerPreference``."""

    DEFAULT = 0
    HIGH_PERFORMANCE = 1
    LOW_POWER = 2


class Api(IntEnum):
    """``Delegate.Gpu.Api``."""

    ANY = 0
    OPENGL = 1
    OPENCL = 2


class CacheWritingBehavior(IntEnum):
    """``Delegate.Gpu.CacheWritingBehavior``."""

    NO_WRITE = 0
    TRY_WRITE = 1
    WRITE_OR_ERROR = 2


class InferenceUsage(IntEnum):
    """``Delegate.Gpu.InferenceUsage``."""

    UNSPECIFIED = 0
    FAST_SINGLE_ANSWER = 1
    SUSTAINED_SPEED = 2


class Precision(IntEnum):
    """``Delegate.LiteRt.Gpu.Precision``."""

    DEFAULT = 0
    FP16 = 1
    FP32 = 2


class Backend(IntEnum):
    """``Delegate.LiteRt.Gpu.Backend``."""

    AUTOMATIC = 0
    OPENGL = 1
    OPENCL = 2
    WEBGPU = 3


class WaitType(IntEnum):
    """``Delegate.LiteRt.Gpu.WaitType``."""

    WAIT_TYPE_UNSPECIFIED = 0
    WAIT_TYPE_PASSIVE = 1
    WAIT_TYPE_ACTIVE = 2
    WAIT_TYPE_DO_NOT_WAIT = 3


class HtpPerformanceMode(IntEnum):
    """``Delegate.LiteRt.Npu.Qualcomm.HtpPerformanceMode``."""

    DEFAULT = 0
    SUSTAINED_HIGH_PERFORMANCE = 1
    BURST = 2
    HIGH_PERFORMANCE = 3
    POWER_SAVER = 4
    LOW_POWER_SAVER = 5
    HIGH_POWER_SAVER = 6
    LOW_BALANCED = 7
    BALANCED = 8
    EXTREME_POWER_SAVER = 9


class LogLevel(IntEnum):
    """``Delegate.LiteRt.Npu.Qualcomm.LogLevel``."""

    LOG_LEVEL_OFF = 0
    LOG_LEVEL_ERROR = 1
    LOG_LEVEL_WARN = 2
    LOG_LEVEL_INFO = 3
    LOG_LEVEL_VERBOSE = 4
    LOG_LEVEL_DEBUG = 5


@options(message=f"{_NAME}.Delegate.TfLite")
class TfLite:
    """TensorFlow Lite's own kernels, without a delegate."""


@options(message=f"{_NAME}.Delegate.WebNn")
class WebNn:
    """In a browser only."""

    device_type: DeviceType = option(1)
    power_preference: PowerPreference = option(2)
    allow_precision_loss: bool = option(3)


@options(message=f"{_NAME}.Delegate.Gpu")
class Gpu:
    """TensorFlow Lite's GPU delegate."""

    use_advanced_gpu_api: bool = option(1)
    cached_kernel_path: str = option(2)
    allow_precision_loss: bool = option(3, default=True)
    api: Api = option(4)
    usage: InferenceUsage = option(5, default=InferenceUsage.SUSTAINED_SPEED)
    serialized_model_dir: str = option(7)
    model_token: str = option(8)
    cache_writing_behavior: CacheWritingBehavior = option(10, default=CacheWritingBehavior.WRITE_OR_ERROR)
    webnn: WebNn | None = option(13, default=None)


@options(message=f"{_NAME}.Delegate.Nnapi")
class Nnapi:
    """Android's neural networks API."""

    cache_dir: str = option(1)
    model_token: str = option(2)
    accelerator_name: str = option(3)


@options(message=f"{_NAME}.Delegate.Xnnpack")
class Xnnpack:
    """XNNPACK on the CPU.

    Attributes:
        num_threads: Threads; -1 for `mpgraph.inference.default_threads`.
        enable_zero_copy_tensor_io: Without effect here.
        slow_consistent_arithmetic: Without effect, as upstream.
    """

    num_threads: int = option(1, default=-1)
    enable_zero_copy_tensor_io: bool = option(7)
    slow_consistent_arithmetic: bool = option(8)


@options(message=f"{_NAME}.Delegate.LiteRt.Cpu.Xnnpack")
class LiteRtXnnpack:
    """Flags of XNNPACK in LiteRT."""

    flags: int = option(1, wire="uint32")


@options(message=f"{_NAME}.Delegate.LiteRt.Cpu")
class LiteRtCpu:
    """LiteRT's compiled model on the CPU."""

    num_threads: int = option(1)
    xnnpack: LiteRtXnnpack | None = option(2, default=None, oneof="backend")


@options(message=f"{_NAME}.Delegate.LiteRt.Gpu.CacheOptions")
class CacheOptions:
    """Where LiteRT keeps compiled GPU programs."""

    serialize_program_cache: bool = option(1)
    serialization_dir: str = option(2)
    model_cache_key: str = option(3)
    cache_only_compiled_programs: bool = option(4)


@options(message=f"{_NAME}.Delegate.LiteRt.Gpu")
class LiteRtGpu:
    """LiteRT's compiled model on the GPU."""

    precision: Precision = option(1)
    enable_constant_tensors_sharing: bool = option(2)
    backend: Backend = option(3)
    hint_fully_delegated_to_single_delegate: bool = option(4)
    wait_type: WaitType = option(5)
    cache_options: CacheOptions | None = option(10, default=None)


@options(message=f"{_NAME}.Delegate.LiteRt.Npu.Darwinn")
class Darwinn:
    """An NPU of Google's."""

    inference_priority: int = option(1)


@options(message=f"{_NAME}.Delegate.LiteRt.Npu.Qualcomm")
class Qualcomm:
    """An NPU of Qualcomm's."""

    htp_performance_mode: HtpPerformanceMode = option(1)
    log_level: LogLevel = option(2)


@options(message=f"{_NAME}.Delegate.LiteRt.Npu")
class LiteRtNpu:
    """LiteRT's compiled model on an NPU."""

    compiler_plugin_library_path: str = option(1)
    dispatch_library_path: str = option(2)
    darwinn: Darwinn | None = option(3, default=None, oneof="accelerator")
    qualcomm: Qualcomm | None = option(4, default=None, oneof="accelerator")


@options(message=f"{_NAME}.Delegate.LiteRt.Webnn")
class LiteRtWebnn:
    """LiteRT's compiled model in a browser."""


@options(message=f"{_NAME}.Delegate.LiteRt")
class LiteRt:
    """LiteRT's compiled model."""

    run_async: bool = option(4)
    enable_dynamic_resize: bool = option(5, default=True)
    cpu: LiteRtCpu | None = option(8, default=None)
    gpu: LiteRtGpu | None = option(9, default=None)
    npu: LiteRtNpu | None = option(10, default=None)
    webnn: LiteRtWebnn | None = option(11, default=None)


@options(message=f"{_NAME}.Delegate")
class Delegate:
    """What computes the model; at most one is set."""

    tflite: TfLite | None = option(1, default=None, oneof="delegate")
    gpu: Gpu | None = option(2, default=None, oneof="delegate")
    nnapi: Nnapi | None = option(3, default=None, oneof="delegate")
    xnnpack: Xnnpack | None = option(4, default=None, oneof="delegate")
    litert: LiteRt | None = option(8, default=None, oneof="delegate")


@options(message=f"{_NAME}.InputOutputConfig.TensorIndicesMap")
class TensorIndicesMap:
    """The model's index of each of the calculator's tensors."""

    model_tensor_indices: tuple[int, ...] = option(1)


@options(message=f"{_NAME}.InputOutputConfig.TensorNamesMap")
class TensorNamesMap:
    """The name, in the model's signature, of each of the calculator's tensors."""

    tensor_names: tuple[str, ...] = option(1)


@options(message=f"{_NAME}.InputOutputConfig.FeedbackTensorLink")
class FeedbackTensorLink:
    """An output of the model that is its input in the next call; both by their names in the signature."""

    from_output_tensor_name: str = option(1)
    to_input_tensor_name: str = option(2)


@options(message=f"{_NAME}.InputOutputConfig")
class InputOutputConfig:
    """In which order the calculator's tensors are, and which of the model's it keeps to itself."""

    input_tensor_indices_map: TensorIndicesMap | None = option(1, default=None, oneof="InputTensorMap")
    output_tensor_indices_map: TensorIndicesMap | None = option(2, default=None, oneof="OutputTensorMap")
    input_tensor_names_map: TensorNamesMap | None = option(3, default=None, oneof="InputTensorMap")
    output_tensor_names_map: TensorNamesMap | None = option(4, default=None, oneof="OutputTensorMap")
    feedback_tensor_links: tuple[FeedbackTensorLink, ...] = option(5)


@options(message=_NAME, extension=336783863)
class InferenceOptions:
    """Which model is run, and how.

    Attributes:
        model_path: Resource id of the ``.tflite`` file, unless the model comes as a side packet.
        use_gpu, use_nnapi: Deprecated; without effect.
        cpu_num_thread: Threads of TensorFlow Lite's own kernels; -1 leaves it to the runtime.
        delegate: What computes the model.
        try_mmap_model: Without effect here.
        input_output_config: Order of the tensors, and feedback.
    """

    model_path: str = option(1)
    use_gpu: bool = option(2)
    use_nnapi: bool = option(3)
    cpu_num_thread: int = option(4, default=-1)
    delegate: Delegate = option(5, default=Delegate())
    try_mmap_model: bool = option(7)
    input_output_config: InputOutputConfig = option(8, default=InputOutputConfig())


register_packet_type(Delegate, "mediapipe::InferenceCalculatorOptions_Delegate")
register_packet_type(InputOutputConfig, "mediapipe::InferenceCalculatorOptions_InputOutputConfig")
