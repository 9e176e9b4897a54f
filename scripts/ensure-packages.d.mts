/** Whether node_modules holds what package-lock.json names. */
export declare function packagesAreInstalled(root: string): boolean;
