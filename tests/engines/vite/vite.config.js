import assetforge from "vite-plugin-assetforge";

export default { plugins: [assetforge()], clearScreen: false, build: { chunkSizeWarningLimit: 1e6, minify: false } };
